export { inStage, type Progress, SILENT, type Stage, type StagedWork } from './port.ts';
