output "state_bucket" {
  description = "The bucket for states."
  value       = module.state.name
}

output "github_role_arns" {
  description = "The roles of GitHub's workflows, by what they are for."
  value       = { for name, role in aws_iam_role.github : name => role.arn }
}

output "repository_urls" {
  description = "The addresses that take images."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}
