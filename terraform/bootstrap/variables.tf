variable "account_id" {
  description = "The account; Terraform refuses to work in any other."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "github_repository" {
  description = "The repository whose workflows may log in: owner/name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "github_repository must be owner/name; a pattern would let others in."
  }
}

variable "environment" {
  description = "The environment that is in this account, and GitHub's environment of the same name; null for none."
  type        = string
  default     = null
}

variable "repositories" {
  description = "The image repositories that are in this account."
  type        = list(string)
  default     = []
}

variable "pull_account_ids" {
  description = "The accounts that pull images."
  type        = list(string)
  default     = []
}
