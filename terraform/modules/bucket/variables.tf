variable "name" {
  description = "The bucket's name, unique in all of AWS."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that objects are encrypted with; without one, S3's own (AES256)."
  type        = string
  default     = null
}

variable "expiration_days" {
  description = "After how many days objects are deleted; null keeps them."
  type        = number
  default     = null
}

variable "noncurrent_days" {
  description = "How many days replaced and deleted versions are kept."
  type        = number
  default     = 30
}

variable "statements" {
  description = "Further statements of the bucket's policy."
  type        = any
  default     = []
}
