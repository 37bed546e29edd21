# The age of the database's password. AWS has no such metric, so a state machine asks Secrets
# Manager every hour and tells CloudWatch: two calls, without code to keep up to date.

locals {
  namespace   = "candleql"
  metric_name = "SecretAgeDays"
  dimensions  = { Environment = var.name }
}

resource "aws_cloudwatch_metric_alarm" "secret_age" {
  alarm_name          = "${var.name}-secret-age"
  alarm_description   = "The database's password has not changed for nine days (it should every seven), or its age is unknown."
  namespace           = local.namespace
  metric_name         = local.metric_name
  dimensions          = local.dimensions
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 9
  period              = 3600
  evaluation_periods  = 6
  treat_missing_data  = "breaching"

  alarm_actions = [aws_sns_topic.this.arn]
  ok_actions    = [aws_sns_topic.this.arn]
}

resource "aws_sfn_state_machine" "secret_age" {
  #checkov:skip=CKV_AWS_284:Two calls need no traces
  #checkov:skip=CKV_AWS_285:A standard workflow keeps its history by itself
  name     = "${var.name}-secret-age"
  role_arn = aws_iam_role.secret_age["states"].arn

  definition = jsonencode({
    QueryLanguage = "JSONata"
    StartAt       = "Ask"
    States = {
      Ask = {
        Type      = "Task"
        Resource  = "arn:aws:states:::aws-sdk:secretsmanager:describeSecret"
        Arguments = { SecretId = var.secret_arn }
        # A new secret has no rotation yet.
        Output = "{% ($millis() - $toMillis($states.result.LastRotatedDate ? $states.result.LastRotatedDate : $states.result.CreatedDate)) / 86400000 %}"
        Next   = "Tell"
      }
      Tell = {
        Type     = "Task"
        Resource = "arn:aws:states:::aws-sdk:cloudwatch:putMetricData"
        Arguments = {
          Namespace = local.namespace
          MetricData = [{
            MetricName = local.metric_name
            Dimensions = [for name, value in local.dimensions : { Name = name, Value = value }]
            Value      = "{% $states.input %}"
          }]
        }
        End = true
      }
    }
  })
}

resource "aws_scheduler_schedule" "secret_age" {
  #checkov:skip=CKV_AWS_297:What it hands over is empty
  name                = "${var.name}-secret-age"
  schedule_expression = "rate(1 hour)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_sfn_state_machine.secret_age.arn
    role_arn = aws_iam_role.secret_age["scheduler"].arn
  }
}

locals {
  secret_age_roles = {
    states = [
      { Effect = "Allow", Action = "secretsmanager:DescribeSecret", Resource = var.secret_arn },
      {
        # PutMetricData knows no resources.
        Effect    = "Allow"
        Action    = "cloudwatch:PutMetricData"
        Resource  = "*"
        Condition = { StringEquals = { "cloudwatch:namespace" = local.namespace } }
      },
    ]
    scheduler = [
      { Effect = "Allow", Action = "states:StartExecution", Resource = aws_sfn_state_machine.secret_age.arn },
    ]
  }
}

resource "aws_iam_role" "secret_age" {
  for_each             = toset(["states", "scheduler"])
  name                 = "${var.name}-secret-age-${each.key}"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "${each.key}.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "secret_age" {
  for_each = local.secret_age_roles
  role     = aws_iam_role.secret_age[each.key].id
  policy   = jsonencode({ Version = "2012-10-17", Statement = each.value })
}
