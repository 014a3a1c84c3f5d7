export { adviseWorkflow } from '@woolgather/workflow'
