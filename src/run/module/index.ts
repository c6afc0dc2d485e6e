export { type AgentEvent, type Bus, type NewEvent, openBus, type Severity } from './bus.ts';
export {
  type AgentHost,
  type AgentModule,
  MODULES,
  type ModuleAnswer,
  type ModuleCall,
  type ModuleName,
  type ProjectPlace,
  type RunningModule,
  type StateFiles,
} from './port.ts';
