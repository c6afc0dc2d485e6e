export { type AgentEvent, type Bus, type NewEvent, openBus, type Severity } from './bus.ts';
export type {
  AgentHost,
  AgentModule,
  ModuleAnswer,
  ModuleCall,
  ModuleName,
  ProjectPlace,
  RunningModule,
  StateFiles,
} from './port.ts';
