// An error that a request is answered with: the HTTP status and the message behind `Error response from daemon: `.
export class ApiError {
  readonly status: number
  readonly message: string
  constructor(status: number, message: string) {
    this.status = status
    this.message = message
  }
}
export const badRequest = (message: string): ApiError => new ApiError(400, message)
export const notFound = (message: string): ApiError => new ApiError(404, message)
export const conflict = (message: string): ApiError => new ApiError(409, message)
export const serverError = (message: string): ApiError => new ApiError(500, message)
