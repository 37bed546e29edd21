mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                     = "candleql-test"
  emails                   = ["a@example.com", "b@example.com"]
  load_balancer            = "app/test/0"
  target_groups            = { blue = "targetgroup/blue/0", green = "targetgroup/green/0" }
  ecs_cluster              = "candleql-test"
  ecs_service              = "candleql"
  log_group                = "/candleql-test/tasks"
  database_dimensions      = { DBInstanceIdentifier = "candleql-test" }
  database_storage_gib     = 20
  database_connections     = 90
  secret_arn               = "arn:aws:secretsmanager:eu-central-1:222222222222:secret:login"
  kms_key_arn              = "arn:aws:kms:eu-central-1:222222222222:key/test"
  permissions_boundary_arn = "arn:aws:iam::222222222222:policy/test"
}

run "alarms_of_an_instance" {
  assert {
    condition = output.names == tolist([
      for name in ["5xx", "database-connections", "database-cpu", "database-memory", "database-storage", "faults", "latency", "secret-age", "service-cpu", "service-memory", "unhealthy-hosts"] :
      "candleql-test-${name}"
    ])
    error_message = "other alarms than docs/operations.md tells of"
  }

  assert {
    condition     = alltrue([for name in output.names : strcontains(file("../../../docs/operations.md"), "| `${trimprefix(name, "candleql-test-")}` |")])
    error_message = "docs/operations.md does not say what to do at one of them"
  }

  # A tenth of 20 GiB.
  assert {
    condition     = aws_cloudwatch_metric_alarm.metric["database-storage"].metric_name == "FreeStorageSpace" && aws_cloudwatch_metric_alarm.metric["database-storage"].threshold == 2147483648 && aws_cloudwatch_metric_alarm.metric["database-storage"].comparison_operator == "LessThanThreshold"
    error_message = "a full disk is no alarm"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.metric["database-connections"].threshold == 90 && aws_cloudwatch_metric_alarm.metric["database-connections"].dimensions == tomap({ DBInstanceIdentifier = "candleql-test" })
    error_message = "other connections, or another database's"
  }
}

run "alarms_of_a_cluster" {
  variables {
    database_storage_gib = null
    database_dimensions  = { DBClusterIdentifier = "candleql-test" }
  }

  assert {
    condition     = contains(output.names, "candleql-test-database-capacity") && aws_cloudwatch_metric_alarm.metric["database-storage"].metric_name == "VolumeBytesUsed"
    error_message = "alarms of an instance"
  }

  # It is measured every five minutes.
  assert {
    condition     = aws_cloudwatch_metric_alarm.metric["database-storage"].period == 300 && aws_cloudwatch_metric_alarm.metric["database-storage"].evaluation_periods == 12
    error_message = "an alarm that waits for points that never come"
  }

  assert {
    condition     = alltrue([for name in output.names : strcontains(file("../../../docs/operations.md"), "| `${trimprefix(name, "candleql-test-")}` |")])
    error_message = "docs/operations.md does not say what to do at one of them"
  }
}

run "all_alarms_reach_every_address" {
  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.metric), [aws_cloudwatch_metric_alarm.errors, aws_cloudwatch_metric_alarm.unhealthy, aws_cloudwatch_metric_alarm.secret_age]) :
      alarm.alarm_actions == toset([aws_sns_topic.this.arn]) && alarm.ok_actions == toset([aws_sns_topic.this.arn])
    ])
    error_message = "an alarm without a receiver, or without a message of its end"
  }

  assert {
    condition     = toset([for it in aws_sns_topic_subscription.email : it.endpoint]) == toset(["a@example.com", "b@example.com"])
    error_message = "others are told"
  }

  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == var.kms_key_arn && jsondecode(aws_sns_topic_policy.this.policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "222222222222"
    error_message = "messages are not encrypted, or other accounts send them"
  }
}

run "failures_count_in_percent_wherever_they_happen" {
  assert {
    condition     = toset([for query in aws_cloudwatch_metric_alarm.errors.metric_query : one(query.metric).metric_name if length(query.metric) == 1]) == toset(["RequestCount", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"])
    error_message = "what tasks fail at, or what no task was there for, does not count"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.errors.threshold == 1 && [for query in aws_cloudwatch_metric_alarm.errors.metric_query : query.id if query.return_data == true] == ["percent"]
    error_message = "not one in a hundred"
  }
}

run "faults_within_answers_count" {
  assert {
    condition = (
      aws_cloudwatch_log_metric_filter.faults.pattern == "{ $.message = \"answered\" && $.errors = %INTERNAL_SERVER_ERROR|DATABASE_UNAVAILABLE|EXECUTION_TIMEOUT|IDENTITY_PROVIDER_UNAVAILABLE% }"
      && aws_cloudwatch_log_metric_filter.faults.log_group_name == var.log_group
    )
    error_message = "other lines, or another log"
  }

  # A code that the program does not have is never in its log.
  assert {
    condition     = alltrue([for code in local.faults : strcontains(file("../../../README.md"), "| `${code}` |")])
    error_message = "README.md does not know one of the codes"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.metric["faults"].metric_name == "candleql-test-faults" && aws_cloudwatch_metric_alarm.metric["faults"].namespace == one(aws_cloudwatch_log_metric_filter.faults.metric_transformation).namespace
    error_message = "the alarm looks at something else"
  }
}

run "unhealthy_tasks_count_in_both_groups" {
  assert {
    condition     = tomap({ for query in aws_cloudwatch_metric_alarm.unhealthy.metric_query : query.id => one(query.metric).dimensions["TargetGroup"] if length(query.metric) == 1 }) == var.target_groups
    error_message = "a group is not looked at"
  }

  assert {
    condition     = one([for query in aws_cloudwatch_metric_alarm.unhealthy.metric_query : query.expression if query.return_data == true]) == "FILL(blue, 0) + FILL(green, 0)"
    error_message = "a group does not count"
  }
}

run "a_percentile_is_an_extended_statistic" {
  assert {
    condition     = aws_cloudwatch_metric_alarm.metric["latency"].extended_statistic == "p99" && aws_cloudwatch_metric_alarm.metric["service-memory"].statistic == "Maximum"
    error_message = "statistics are mixed up"
  }
}

run "deployments_end_on_what_clients_see" {
  assert {
    condition     = output.rollback_alarm_names == ["candleql-test-5xx", "candleql-test-faults", "candleql-test-latency"]
    error_message = "other alarms"
  }
}

run "the_secrets_age_is_asked_every_hour" {
  assert {
    condition     = jsondecode(aws_sfn_state_machine.secret_age.definition).States.Ask.Arguments.SecretId == var.secret_arn
    error_message = "another secret"
  }

  # What is told is what the alarm looks at.
  assert {
    condition = (
      jsondecode(aws_sfn_state_machine.secret_age.definition).States.Tell.Arguments.Namespace == aws_cloudwatch_metric_alarm.secret_age.namespace
      && jsondecode(aws_sfn_state_machine.secret_age.definition).States.Tell.Arguments.MetricData[0].MetricName == aws_cloudwatch_metric_alarm.secret_age.metric_name
      && tomap({ for it in jsondecode(aws_sfn_state_machine.secret_age.definition).States.Tell.Arguments.MetricData[0].Dimensions : it.Name => it.Value }) == aws_cloudwatch_metric_alarm.secret_age.dimensions
    )
    error_message = "the alarm looks at something else"
  }

  # A password should be seven days old at the most; an unknown age is an alarm too.
  assert {
    condition     = aws_cloudwatch_metric_alarm.secret_age.threshold > 7 && aws_cloudwatch_metric_alarm.secret_age.treat_missing_data == "breaching"
    error_message = "silence is taken for a young secret, or a rotation is an alarm"
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.secret_age["states"].policy).Statement : statement.Action] == ["secretsmanager:DescribeSecret", "cloudwatch:PutMetricData"] && !strcontains(aws_iam_role_policy.secret_age["states"].policy, "GetSecretValue")
    error_message = "it may read the secret"
  }
}
