# The alarms that wake an operator. docs/operations.md says for each alarm what it means and what to do.

locals {
  minute = 60
  gib    = 1024 * 1024 * 1024

  # Codes of docs/errors.md.
  faults = ["INTERNAL_SERVER_ERROR", "DATABASE_UNAVAILABLE", "EXECUTION_TIMEOUT", "IDENTITY_PROVIDER_UNAVAILABLE"]

  is_cluster    = var.database_storage_gib == null
  load_balancer = { LoadBalancer = var.load_balancer }
  service       = { ClusterName = var.ecs_cluster, ServiceName = var.ecs_service }

  alarms = merge(
    {
      latency = {
        description = "One request in a hundred takes longer than 2 seconds."
        namespace   = "AWS/ApplicationELB", metric = "TargetResponseTime", statistic = "p99", dimensions = local.load_balancer
        above       = 2, minutes = 5
      }
      # GraphQL says 200 where a field fails, so that the load balancer does not count it.
      faults = {
        description = "Fields fail for the server's sake: a fault, or the database."
        namespace   = aws_cloudwatch_log_metric_filter.faults.metric_transformation[0].namespace
        metric      = aws_cloudwatch_log_metric_filter.faults.metric_transformation[0].name
        statistic   = "Sum", dimensions = {}
        above       = 5, minutes = 3
      }
      service-cpu = {
        description = "The tasks are busy for longer than adding some should take."
        namespace   = "AWS/ECS", metric = "CPUUtilization", statistic = "Average", dimensions = local.service
        above       = 85, minutes = 15
      }
      service-memory = {
        description = "The tasks are about to run out of memory."
        namespace   = "AWS/ECS", metric = "MemoryUtilization", statistic = "Maximum", dimensions = local.service
        above       = 90, minutes = 5
      }
      database-cpu = {
        description = "The database is busy."
        namespace   = "AWS/RDS", metric = "CPUUtilization", statistic = "Average", dimensions = var.database_dimensions
        above       = 80, minutes = 15
      }
      database-memory = {
        description = "The database is about to run out of memory."
        namespace   = "AWS/RDS", metric = "FreeableMemory", statistic = "Minimum", dimensions = var.database_dimensions
        below       = 0.1 * local.gib, minutes = 15
      }
      database-connections = {
        description = "The database has more connections than the service's tasks should open."
        namespace   = "AWS/RDS", metric = "DatabaseConnections", statistic = "Maximum", dimensions = var.database_dimensions
        above       = var.database_connections, minutes = 5
      }
    },
    { for name, alarm in local.cluster_alarms : name => alarm if local.is_cluster },
    { for name, alarm in local.instance_alarms : name => alarm if !local.is_cluster },
  )

  cluster_alarms = {
    database-capacity = {
      description = "The cluster is at its most capacity."
      namespace   = "AWS/RDS", metric = "ACUUtilization", statistic = "Maximum", dimensions = var.database_dimensions
      above       = 95, minutes = 15
    }
    # It grows without a limit, and costs by what it holds.
    database-storage = {
      description = "The cluster holds more than prices should need."
      namespace   = "AWS/RDS", metric = "VolumeBytesUsed", statistic = "Maximum", dimensions = var.database_dimensions
      above       = 100 * local.gib, minutes = 60, period = 5 * local.minute
    }
  }

  instance_alarms = {
    # RDS adds some where a tenth is left, every six hours at the most, up to a limit.
    database-storage = {
      description = "The instance's storage is full to nine tenths, and has not grown."
      namespace   = "AWS/RDS", metric = "FreeStorageSpace", statistic = "Minimum", dimensions = var.database_dimensions
      below       = 0.1 * try(var.database_storage_gib * local.gib, 0), minutes = 30
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "metric" {
  for_each          = local.alarms
  alarm_name        = "${var.name}-${each.key}"
  alarm_description = each.value.description
  namespace         = each.value.namespace
  metric_name       = each.value.metric
  dimensions        = each.value.dimensions

  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = can(each.value.above) ? "GreaterThanThreshold" : "LessThanThreshold"
  threshold           = try(each.value.above, each.value.below)
  period              = try(each.value.period, local.minute)
  evaluation_periods  = each.value.minutes * local.minute / try(each.value.period, local.minute)
  treat_missing_data  = "notBreaching"

  alarm_actions = [aws_sns_topic.this.arn]
  ok_actions    = [aws_sns_topic.this.arn]
}

# Requests with an error that is no client's, by their lines in the log.
resource "aws_cloudwatch_log_metric_filter" "faults" {
  name           = "${var.name}-faults"
  log_group_name = var.log_group
  pattern        = "{ $.message = \"answered\" && $.errors = %${join("|", local.faults)}% }"

  metric_transformation {
    namespace = local.namespace
    name      = "${var.name}-faults"
    value     = "1"
  }
}

# In percent, and only for more than a few: one of three requests at night is no alarm.
resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${var.name}-5xx"
  alarm_description   = "More than one request in a hundred fails."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "percent"
    expression  = "IF(errors > 5, 100 * errors / (FILL(requests, 0) + FILL(refused, 0)), 0)"
    label       = "failed requests, %"
    return_data = true
  }

  metric_query {
    id         = "errors"
    expression = "FILL(failed, 0) + FILL(refused, 0)"
  }

  dynamic "metric_query" {
    for_each = {
      # What tasks got, what they failed at, and what the load balancer had no task for.
      requests = "RequestCount"
      failed   = "HTTPCode_Target_5XX_Count"
      refused  = "HTTPCode_ELB_5XX_Count"
    }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value
        dimensions  = local.load_balancer
        stat        = "Sum"
        period      = local.minute
      }
    }
  }

  alarm_actions = [aws_sns_topic.this.arn]
  ok_actions    = [aws_sns_topic.this.arn]
}

# In whichever group the tasks are.
resource "aws_cloudwatch_metric_alarm" "unhealthy" {
  alarm_name          = "${var.name}-unhealthy-hosts"
  alarm_description   = "A task does not pass its health check, and its replacement neither."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "hosts"
    expression  = join(" + ", [for color, _ in var.target_groups : "FILL(${color}, 0)"])
    label       = "unhealthy tasks"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = var.target_groups

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = "UnHealthyHostCount"
        dimensions  = merge(local.load_balancer, { TargetGroup = metric_query.value })
        stat        = "Maximum"
        period      = local.minute
      }
    }
  }

  alarm_actions = [aws_sns_topic.this.arn]
  ok_actions    = [aws_sns_topic.this.arn]
}
