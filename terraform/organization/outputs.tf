output "account_ids" {
  description = "The accounts' numbers, for the other roots' settings."
  value       = { for name, account in aws_organizations_account.this : name => account.id }
}
