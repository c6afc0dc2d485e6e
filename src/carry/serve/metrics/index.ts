export { type CounterName, type Gauge, type Labels, type Metrics, openMetrics } from './metrics.ts';
