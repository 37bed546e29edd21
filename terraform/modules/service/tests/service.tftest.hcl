mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                            = "candleql-test"
  vpc_id                          = "vpc-test"
  vpc_cidr                        = "10.1.0.0/16"
  subnet_ids                      = ["subnet-private-a", "subnet-private-b"]
  app_image                       = "registry/candleql@sha256:aaaa"
  nginx_image                     = "registry/candleql-nginx@sha256:bbbb"
  aws_cli_image                   = "registry/aws-cli:1"
  repository_arns                 = ["arn:aws:ecr:eu-central-1:111111111111:repository/candleql", "arn:aws:ecr:eu-central-1:111111111111:repository/candleql-nginx"]
  cpu                             = 512
  memory                          = 2048
  min_tasks                       = 2
  max_tasks                       = 6
  requests_per_task_per_min       = 6000
  settings                        = {}
  nginx_settings                  = {}
  bake_minutes                    = 5
  rollback_alarm_names            = ["candleql-test-5xx", "candleql-test-latency"]
  load_balancer_security_group_id = "sg-load-balancer"
  target_groups                   = { blue = { arn = "arn:aws:elasticloadbalancing:eu-central-1:222222222222:targetgroup/blue/0", metric = "targetgroup/blue/0" }, green = { arn = "arn:aws:elasticloadbalancing:eu-central-1:222222222222:targetgroup/green/0", metric = "targetgroup/green/0" } }
  listener_rule_arn               = "arn:aws:elasticloadbalancing:eu-central-1:222222222222:listener-rule/app/test/0/0/0"
  database                        = { host = "db.test", port = 5432, name = "candleql", reader = null, secret_arn = "arn:aws:secretsmanager:eu-central-1:222222222222:secret:login" }
  database_security_group_id      = "sg-database"
  kms_key_arn                     = "arn:aws:kms:eu-central-1:222222222222:key/test"
  log_retention_days              = 30
  permissions_boundary_arn        = "arn:aws:iam::222222222222:policy/test"
}

override_resource {
  target = aws_iam_role.task["server"]
  values = { arn = "arn:aws:iam::222222222222:role/server" }
}

override_resource {
  target = aws_iam_role.task["import"]
  values = { arn = "arn:aws:iam::222222222222:role/import" }
}

override_resource {
  target = aws_iam_role.task["console"]
  values = { arn = "arn:aws:iam::222222222222:role/console" }
}

run "nginx_and_the_server_share_a_task" {
  assert {
    condition     = { for it in jsondecode(aws_ecs_task_definition.this["serve"].container_definitions) : it.name => it.image } == { candleql = "registry/candleql@sha256:aaaa", nginx = "registry/candleql-nginx@sha256:bbbb" }
    error_message = "other containers, or other images"
  }

  assert {
    condition     = one(aws_ecs_service.this.load_balancer).container_name == "nginx" && one(aws_ecs_service.this.load_balancer).container_port == 8000
    error_message = "requests do not go to nginx"
  }

  # A client of the task reaches nginx only, and nginx reaches the server.
  assert {
    condition = (
      { for it in jsondecode(aws_ecs_task_definition.this["serve"].container_definitions) : it.name => [for port in try(it.portMappings, []) : port.containerPort] } == { candleql = [], nginx = [8000] }
      && local.settings.CANDLEQL_LISTEN == "127.0.0.1:8080"
      && contains(local.nginx.environment, { name = "CANDLEQL_UPSTREAM", value = "127.0.0.1:8080" })
    )
    error_message = "the server is reached past nginx, or not by nginx"
  }

  assert {
    condition     = local.settings.CANDLEQL_TRUSTED_PROXIES == "127.0.0.1,10.1.0.0/16" && contains(local.nginx.environment, { name = "CANDLEQL_LOAD_BALANCER_NETWORK", value = "10.1.0.0/16" })
    error_message = "the client's address is lost"
  }
}

run "what_serves_is_sealed" {
  assert {
    condition = alltrue([
      for it in flatten([for task in ["serve", "migrate", "import"] : jsondecode(aws_ecs_task_definition.this[task].container_definitions)]) :
      it.readonlyRootFilesystem && it.linuxParameters.capabilities.drop == ["ALL"]
    ])
    error_message = "a container can be written to, or has rights"
  }

  assert {
    condition     = alltrue([for it in jsondecode(aws_ecs_task_definition.this["serve"].container_definitions) : it.user != "0" && it.user != "root" && it.essential])
    error_message = "a container runs as root, or the task goes on without it"
  }

  # nginx fills in its configuration there.
  assert {
    condition     = local.nginx.linuxParameters.tmpfs[0].containerPath == "/tmp"
    error_message = "nginx cannot start"
  }
}

run "a_task_ends_without_losing_a_request" {
  # ECS stops containers in the opposite order: nginx, with the server still there, then the server.
  assert {
    condition     = local.nginx.dependsOn == [{ containerName = "candleql", condition = "HEALTHY" }] && local.server.healthCheck.command == ["CMD", "candleql", "healthcheck"]
    error_message = "the server may be stopped before nginx"
  }

  # nginx waits 25 s for an answer; the server ends within 25 s of its signal.
  assert {
    condition     = local.nginx.stopTimeout > 25 && local.server.stopTimeout > 25 && local.nginx.stopTimeout <= 120
    error_message = "containers are killed while they end"
  }
}

run "a_database_outage_replaces_no_task" {
  assert {
    condition     = contains(local.candleql.environment, { name = "CANDLEQL_READY_THROUGH_OUTAGE", value = "true" })
    error_message = "the health check fails with the database"
  }
}

run "the_password_is_read_at_run_time" {
  assert {
    condition     = !anytrue([for task in aws_ecs_task_definition.this : strcontains(task.container_definitions, "\"secrets\"")])
    error_message = "a secret is handed to a container when it starts, and does not rotate"
  }

  assert {
    condition     = local.settings.DB_SECRET_ID == var.database.secret_arn && local.settings.CANDLEQL_DATABASE_TLS == "verify-full"
    error_message = "the server does not read the secret, or does not verify the database"
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.task["server"].policy).Statement : { action = statement.Action, resource = statement.Resource }] == [
      { action = "secretsmanager:GetSecretValue", resource = "arn:aws:secretsmanager:eu-central-1:222222222222:secret:login" },
      { action = "kms:Decrypt", resource = "arn:aws:kms:eu-central-1:222222222222:key/test" },
    ]
    error_message = "the server may do less than read its login, or more"
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.task["server"].policy).Statement : statement.Condition if statement.Action == "kms:Decrypt"] == [{ StringEquals = { "kms:ViaService" = "secretsmanager.eu-central-1.amazonaws.com" } }]
    error_message = "the server decrypts what else there is"
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.execution.policy, "secretsmanager") && !strcontains(aws_iam_role_policy.execution.policy, "kms:")
    error_message = "ECS reads secrets, which it does not need"
  }
}

run "only_the_console_can_be_entered" {
  assert {
    condition     = [for role, policy in aws_iam_role_policy.task : role if strcontains(policy.policy, "ssmmessages")] == ["console"]
    error_message = "another task can be entered, or none"
  }

  assert {
    condition     = { for task, definition in aws_ecs_task_definition.this : task => definition.task_role_arn } == { serve = "arn:aws:iam::222222222222:role/server", migrate = "arn:aws:iam::222222222222:role/server", import = "arn:aws:iam::222222222222:role/import", console = "arn:aws:iam::222222222222:role/console" }
    error_message = "a task has another's role"
  }

  assert {
    condition     = one(jsondecode(aws_ecs_task_definition.this["console"].container_definitions)).entryPoint == ["sleep"] && one(jsondecode(aws_ecs_task_definition.this["console"].container_definitions)).command == ["14400"]
    error_message = "a console stays open"
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.task["console"].policy, "secretsmanager")
    error_message = "the console reads the password, which it does not need"
  }
}

run "roles_are_bounded_and_only_of_this_account" {
  assert {
    condition = alltrue([
      for role in concat(values(aws_iam_role.task), [aws_iam_role.execution]) :
      jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "222222222222"
    ])
    error_message = "a role that other accounts' tasks can assume"
  }

  assert {
    condition = alltrue([
      for role in concat(values(aws_iam_role.task), [aws_iam_role.execution, aws_iam_role.load_balancing]) :
      role.permissions_boundary == var.permissions_boundary_arn
    ])
    error_message = "a role without a boundary"
  }
}

run "one_off_tasks" {
  assert {
    condition     = one(jsondecode(aws_ecs_task_definition.this["migrate"].container_definitions)).command == ["migrate"]
    error_message = "migrate does something else"
  }

  # The files come first, and only the import reads them.
  assert {
    condition = (
      local.import.dependsOn == [{ containerName = "fetch", condition = "SUCCESS" }]
      && local.import.command == ["import", one(local.fetch.mountPoints).containerPath]
      && one(local.import.mountPoints).readOnly
      && one(local.import.mountPoints).sourceVolume == one(aws_ecs_task_definition.this["import"].volume).name
    )
    error_message = "import does not find what was fetched"
  }
}

run "deployments_go_from_blue_to_green_and_back_on_alarms" {
  assert {
    condition = (
      one(aws_ecs_service.this.deployment_configuration).strategy == "BLUE_GREEN"
      && one(aws_ecs_service.this.load_balancer).target_group_arn == var.target_groups["blue"].arn
      && one(one(aws_ecs_service.this.load_balancer).advanced_configuration).alternate_target_group_arn == var.target_groups["green"].arn
      && one(one(aws_ecs_service.this.load_balancer).advanced_configuration).production_listener_rule == var.listener_rule_arn
    )
    error_message = "not blue/green over both groups"
  }

  assert {
    condition     = one(aws_ecs_service.this.alarms).rollback && one(aws_ecs_service.this.alarms).alarm_names == toset(["candleql-test-5xx", "candleql-test-latency"])
    error_message = "alarms do not end a deployment"
  }

  assert {
    condition     = one(aws_ecs_service.this.deployment_circuit_breaker).enable && one(aws_ecs_service.this.deployment_circuit_breaker).rollback && aws_ecs_service.this.wait_for_steady_state
    error_message = "tasks that do not start do not end a deployment, or no alarm tells of it"
  }
}

run "tasks_follow_the_load" {
  assert {
    condition     = aws_appautoscaling_target.this.min_capacity == 2 && aws_appautoscaling_target.this.max_capacity == 6
    error_message = "other limits"
  }

  assert {
    condition     = one([for it in one(one(aws_appautoscaling_policy.requests.target_tracking_scaling_policy_configuration).customized_metric_specification).metrics : it.expression if it.return_data]) == "FILL(blue, 0) + FILL(green, 0)"
    error_message = "requests of one of the groups do not count"
  }

  assert {
    condition     = local.settings.CANDLEQL_CACHE_BYTES == "1073741824"
    error_message = "the cache is not half of the memory"
  }
}

run "only_the_load_balancer_gets_in" {
  assert {
    condition     = aws_vpc_security_group_ingress_rule.load_balancer.referenced_security_group_id == "sg-load-balancer" && aws_vpc_security_group_ingress_rule.load_balancer.from_port == 8000 && aws_vpc_security_group_ingress_rule.load_balancer.to_port == 8000
    error_message = "others reach the tasks"
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.database.referenced_security_group_id == "sg-database" && aws_vpc_security_group_egress_rule.database.to_port == 5432
    error_message = "tasks do not reach the database"
  }
}

run "readers_and_settings" {
  variables {
    database = { host = "db.test", port = 5432, name = "candleql", reader = "reader.test", secret_arn = "arn:aws:secretsmanager:eu-central-1:222222222222:secret:login" }
    settings = { CANDLEQL_REQUIRE_API_KEY = "true", CANDLEQL_CACHE_BYTES = "1" }
  }

  assert {
    condition     = local.settings.DATABASE_READER_URL == "postgres://reader.test:5432/candleql"
    error_message = "readers are not asked"
  }

  assert {
    condition     = local.settings.CANDLEQL_REQUIRE_API_KEY == "true" && local.settings.CANDLEQL_CACHE_BYTES == "1"
    error_message = "settings do not count, or not above the defaults"
  }
}

run "nginx_takes_no_more_than_the_server" {
  variables {
    settings       = { CANDLEQL_MAX_BODY_BYTES = "2097152" }
    nginx_settings = { CANDLEQL_REQUESTS_PER_S = "5" }
  }

  assert {
    condition     = contains(local.nginx.environment, { name = "CANDLEQL_MAX_BODY_BYTES", value = "2097152" }) && contains(local.nginx.environment, { name = "CANDLEQL_REQUESTS_PER_S", value = "5" })
    error_message = "nginx has another limit than the server, or settings of it do not count"
  }
}

run "a_timeout_that_nginx_counts_on_is_refused" {
  command = plan

  variables {
    settings = { CANDLEQL_REQUEST_TIMEOUT_MS = "60000" }
  }

  expect_failures = [var.settings]
}

run "one_task_is_refused" {
  command = plan

  variables {
    min_tasks = 1
  }

  expect_failures = [var.min_tasks]
}

run "fewer_tasks_at_the_most_than_at_least_is_refused" {
  command = plan

  variables {
    max_tasks = 1
  }

  expect_failures = [var.max_tasks]
}

run "too_little_memory_is_refused" {
  command = plan

  variables {
    memory = 512
  }

  expect_failures = [var.memory]
}
