/** What one cell is handed, where what it used decides under what its result is kept. */
export interface CellServices<Services> {
  /** For its run. Its fingerprint by these is of what it is to use; once it has run, of what it has used. */
  services: Services
  /** Its fingerprint by these is what it was before all contents had their final names. A result may lie under that. */
  early: Services
  /** Resolves when the fingerprint of what it used is final; whether it had not been. */
  settle(): Promise<boolean>
}
