variable "name" {
  description = "What all names begin with, such as candleql-dev."
  type        = string
}

variable "url" {
  description = "Where users come back to once they have signed in."
  type        = string
}

variable "deletion_protection" {
  description = "Whether the user pool refuses to be deleted."
  type        = bool
}
