variable "account_id" {
  description = "The management account; Terraform refuses to work in any other."
  type        = string
}

variable "region" {
  description = "The region that Terraform works in; an organization itself is in none."
  type        = string
}

variable "accounts" {
  description = "The accounts by their names: the address of each one's root user, and the unit that it is in."
  type = map(object({
    email = string
    unit  = string
  }))

  validation {
    condition     = alltrue([for account in var.accounts : contains(["infrastructure", "nonproduction", "production"], account.unit)])
    error_message = "unit must be infrastructure, nonproduction or production."
  }

  validation {
    condition     = length(distinct([for account in var.accounts : lower(account.email)])) == length(var.accounts)
    error_message = "Every account needs an address of its own."
  }
}

variable "regions" {
  description = "The regions that accounts may use."
  type        = list(string)
}

variable "break_glass_role" {
  description = "The role, made by hand and watched, that may delete production's data."
  type        = string
  default     = "break-glass"
}
