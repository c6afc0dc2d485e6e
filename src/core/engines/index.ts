export { chooseEngine, type EngineChoice, type EngineOptions } from './choose.ts';
