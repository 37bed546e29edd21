variable "name" {
  description = "What all names begin with, such as candleql-dev."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "subnet_ids" {
  description = "Where the database is: isolated subnets."
  type        = list(string)
}

variable "client_security_group_id" {
  description = "The security group that may connect."
  type        = string
}

variable "instance" {
  description = "One RDS instance: its class, its storage and how far that may grow, in GiB, and whether a standby waits in another zone."
  type = object({
    class           = string
    storage_gib     = number
    max_storage_gib = number
    multi_az        = bool
  })
}

variable "aurora" {
  description = "An Aurora Serverless v2 cluster instead: least and most capacity of each of its instances, in ACU, and how many readers."
  type = object({
    min_acu = number
    max_acu = number
    readers = number
  })
}

variable "backup_days" {
  description = "How many days back a restore can go, to any second."
  type        = number

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35
    error_message = "backup_days must be from 1 to 35."
  }
}

variable "deletion_protection" {
  description = "Whether the database refuses to be deleted."
  type        = bool
}

variable "kms_key_arn" {
  description = "The key that encrypts storage, backups, logs and the password."
  type        = string
}

variable "log_retention_days" {
  description = "How many days to keep logs."
  type        = number
}

variable "permissions_boundary_arn" {
  description = "The policy that bounds every role."
  type        = string
}
