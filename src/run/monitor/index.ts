export { monitorModule } from './monitor.ts';
export { formatMetrics, type Metric } from './prometheus.ts';
export {
  type DeviceSample,
  type GroupPlaces,
  type GroupSample,
  groupPlaces,
  type ReadFile,
  sampleDevice,
  sampleGroup,
  sampleNetwork,
  smallFiles,
} from './read/index.ts';
