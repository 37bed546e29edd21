# The service: tasks of two containers, nginx and the server, deployed blue/green.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

resource "aws_ecs_cluster" "this" {
  #checkov:skip=CKV_AWS_224:Sessions are recorded in a log group with a key; the sessions themselves are TLS
  name = var.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }

  # Session Manager keeps the input of sessions (`aws ecs execute-command`).
  configuration {
    execute_command_configuration {
      logging = "OVERRIDE"

      log_configuration {
        cloud_watch_log_group_name     = aws_cloudwatch_log_group.sessions.name
        cloud_watch_encryption_enabled = true
      }
    }
  }

  depends_on = [aws_cloudwatch_log_group.insights]
}

locals {
  service_name = "candleql"
}

resource "aws_ecs_service" "this" {
  name            = local.service_name
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this["serve"].arn
  launch_type     = "FARGATE"
  propagate_tags  = "SERVICE"

  # Autoscaling moves it from here.
  desired_count                 = var.min_tasks
  availability_zone_rebalancing = "ENABLED"

  network_configuration {
    subnets         = var.subnet_ids
    security_groups = [aws_security_group.this.id]
  }

  load_balancer {
    container_name   = "nginx"
    container_port   = local.port
    target_group_arn = var.target_groups["blue"].arn

    advanced_configuration {
      alternate_target_group_arn = var.target_groups["green"].arn
      production_listener_rule   = var.listener_rule_arn
      role_arn                   = aws_iam_role.load_balancing.arn
    }
  }

  # New tasks stand beside the old ones until they are healthy; then all requests go to them, and
  # the old ones stay for as long as an alarm could send the requests back.
  deployment_configuration {
    strategy             = "BLUE_GREEN"
    bake_time_in_minutes = var.bake_minutes
  }

  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200

  # Tasks that do not become healthy also end the deployment.
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  alarms {
    enable      = true
    rollback    = true
    alarm_names = var.rollback_alarm_names
  }

  # A server that waits for the database at its start answers 503 for a while.
  health_check_grace_period_seconds = 60

  # An apply ends when the deployment does, and fails if it was rolled back.
  wait_for_steady_state = true

  timeouts {
    create = "30m"
    update = "60m"
  }

  lifecycle {
    # Both move by themselves: by autoscaling, and from one target group to the other.
    ignore_changes = [desired_count, load_balancer]
  }

  # What tasks need from the first on.
  depends_on = [
    aws_iam_role_policy.task,
    aws_iam_role_policy.execution,
    aws_iam_role_policy_attachment.load_balancing,
    aws_vpc_security_group_ingress_rule.load_balancer,
    aws_vpc_security_group_egress_rule.database,
    aws_vpc_security_group_egress_rule.https,
  ]
}

resource "aws_security_group" "this" {
  name        = "${var.name}-service"
  description = "Tasks: from the load balancer in, to the database and HTTPS out"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  security_group_id            = aws_security_group.this.id
  description                  = "From the load balancer"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  referenced_security_group_id = var.load_balancer_security_group_id
}

resource "aws_vpc_security_group_egress_rule" "database" {
  security_group_id            = aws_security_group.this.id
  description                  = "To the database"
  ip_protocol                  = "tcp"
  from_port                    = var.database.port
  to_port                      = var.database.port
  referenced_security_group_id = var.database_security_group_id
}

resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.this.id
  description       = "To AWS, and to the issuer of tokens"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_cloudwatch_log_group" "tasks" {
  name              = "/${var.name}/tasks"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# ECS would make it, and keep it for ever.
resource "aws_cloudwatch_log_group" "insights" {
  name              = "/aws/ecs/containerinsights/${var.name}/performance"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_cloudwatch_log_group" "sessions" {
  name              = "/${var.name}/sessions"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}
