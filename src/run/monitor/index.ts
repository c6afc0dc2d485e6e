export { monitorModule } from './monitor.ts';
export { formatMetrics, type Metric } from './prometheus.ts';
export {
  type DeviceSample,
  type GroupSample,
  groupPlaces,
  sampleDevice,
  sampleGroup,
  sampleNetwork,
  smallFiles,
} from './read/index.ts';
