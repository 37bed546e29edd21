output "rollback_alarm_names" {
  description = "The alarms that a deployment must not raise: what clients see."
  value       = [aws_cloudwatch_metric_alarm.errors.alarm_name, aws_cloudwatch_metric_alarm.metric["faults"].alarm_name, aws_cloudwatch_metric_alarm.metric["latency"].alarm_name]
}

output "names" {
  description = "All alarms."
  value = sort(concat(
    [for alarm in aws_cloudwatch_metric_alarm.metric : alarm.alarm_name],
    [aws_cloudwatch_metric_alarm.errors.alarm_name, aws_cloudwatch_metric_alarm.unhealthy.alarm_name, aws_cloudwatch_metric_alarm.secret_age.alarm_name],
  ))
}
