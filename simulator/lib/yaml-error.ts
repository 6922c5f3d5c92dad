/** A file that is no YAML, or none that is understood here: the whole message, as Go's yaml.v3 words it. */
export class YamlError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}
