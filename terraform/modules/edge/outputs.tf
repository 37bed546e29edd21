output "url" {
  description = "The service's address."
  value       = "https://${var.domain_name}"
}

output "security_group_id" {
  description = "The load balancer's security group."
  value       = aws_security_group.alb.id
}

output "load_balancer" {
  description = "The load balancer's name in metrics."
  value       = aws_lb.this.arn_suffix
}

output "target_groups" {
  description = "The blue and the green target group: ARN, and name in metrics."
  value       = { for color, group in aws_lb_target_group.this : color => { arn = group.arn, metric = group.arn_suffix } }
}

output "listener_rule_arn" {
  description = "The rule whose weights a deployment moves."
  value       = aws_lb_listener_rule.service.arn
}
