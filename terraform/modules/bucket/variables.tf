variable "name" {
  description = "The bucket's name, unique in all of AWS."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that encrypts objects; without one, S3's own (AES256)."
  type        = string
  default     = null
}

variable "expiration_days" {
  description = "After how many days S3 deletes objects; null keeps them."
  type        = number
  default     = null
}

variable "noncurrent_days" {
  description = "How many days to keep replaced and deleted versions."
  type        = number
  default     = 30
}

variable "statements" {
  description = "Further statements of the bucket's policy."
  type        = any
  default     = []
}
