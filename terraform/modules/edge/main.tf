# The load balancer: 80 redirects to 443, TLS ends here, and one rule forwards what asks for the
# domain to the blue or the green target group. Everything else hears 404.

resource "aws_lb" "this" {
  name               = var.name
  load_balancer_type = "application"
  internal           = var.api_gateway
  subnets            = var.api_gateway ? var.private_subnet_ids : var.public_subnet_ids
  security_groups    = [aws_security_group.alb.id]

  # nginx keeps its side of a connection for longer, so that it never closes one that a request is
  # just being written to.
  idle_timeout               = 60
  drop_invalid_header_fields = true
  enable_deletion_protection = var.deletion_protection

  access_logs {
    enabled = true
    bucket  = module.logs.name
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  # TLS 1.3, and 1.2 with forward secrecy for older clients.
  ssl_policy      = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn = aws_acm_certificate_validation.this.certificate_arn

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "not found"
      status_code  = "404"
    }
  }
}

# ECS moves the weights: during a deployment all requests go from one group to the other.
resource "aws_lb_listener_rule" "service" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 1

  condition {
    host_header {
      values = [var.domain_name]
    }
  }

  action {
    type = "forward"

    forward {
      target_group {
        arn    = aws_lb_target_group.this["blue"].arn
        weight = 100
      }

      target_group {
        arn    = aws_lb_target_group.this["green"].arn
        weight = 0
      }
    }
  }

  lifecycle {
    ignore_changes = [action]
  }
}

resource "aws_lb_target_group" "this" {
  #checkov:skip=CKV_AWS_378:TLS ends at the load balancer; what follows stays within the VPC, between two security groups
  for_each    = toset(["blue", "green"])
  name        = "${var.name}-${each.key}"
  vpc_id      = var.vpc_id
  target_type = "ip"
  protocol    = "HTTP"
  port        = var.target_port

  # A request may take 20 s, and then its answer has to be sent.
  deregistration_delay = 30

  health_check {
    path                = "/_healthcheck"
    matcher             = "200"
    interval            = 5
    timeout             = 4
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_security_group" "alb" {
  name        = "${var.name}-alb"
  description = "Load balancer: HTTP and HTTPS in, to the service out"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "alb" {
  for_each                     = toset(["80", "443"])
  security_group_id            = aws_security_group.alb.id
  description                  = var.api_gateway ? "From API Gateway" : "From the internet"
  ip_protocol                  = "tcp"
  from_port                    = tonumber(each.key)
  to_port                      = tonumber(each.key)
  cidr_ipv4                    = var.api_gateway ? null : "0.0.0.0/0"
  referenced_security_group_id = var.api_gateway ? aws_security_group.vpc_link[0].id : null
}

resource "aws_vpc_security_group_egress_rule" "alb" {
  security_group_id            = aws_security_group.alb.id
  description                  = "To the service"
  ip_protocol                  = "tcp"
  from_port                    = var.target_port
  to_port                      = var.target_port
  referenced_security_group_id = var.service_security_group_id
}
