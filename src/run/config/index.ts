export { type ConfigPlace, type ConfigTools, configModule } from './config.ts';
export { type Delivered, type Delivering, deliver, ruleOf } from './deliver.ts';
export { type DeviceConfig, EMPTY_CONFIG, parseDeviceDocument, readDeviceDirectory } from './device.ts';
export { deviceOfSource, type Fetch, intervalOf, type Kept, type SourceTools } from './source.ts';
export { tellContainers } from './tell.ts';
