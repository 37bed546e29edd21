# The task definitions:
#   serve     the service: nginx and the server
#   migrate   creates or updates the tables, once
#   import    fetches the files of the import bucket, and imports them, once
#   console   a shell for four hours: where operators come in

locals {
  port = 8000 # nginx

  tasks = {
    serve = {
      cpu        = var.cpu
      memory     = var.memory
      role       = "server"
      containers = [local.server, local.nginx]
    }
    migrate = {
      cpu        = 256
      memory     = 512
      role       = "server"
      containers = [merge(local.candleql, { command = ["migrate"] })]
    }
    import = {
      cpu        = 512
      memory     = 1024
      role       = "import"
      containers = [local.fetch, local.import]
    }
    console = {
      cpu        = 256
      memory     = 512
      role       = "console"
      containers = [local.shell]
    }
  }
}

# A stream for each container: TASK/CONTAINER/ID.
locals {
  logs = {
    for task in keys(local.tasks) : task => {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = aws_cloudwatch_log_group.tasks.name
        "awslogs-region"        = data.aws_region.current.region
        "awslogs-stream-prefix" = task
        # A slow log delays no request; the driver drops lines that do not fit.
        "mode"            = "non-blocking"
        "max-buffer-size" = "16m"
      }
    }
  }
}

resource "aws_ecs_task_definition" "this" {
  for_each                 = local.tasks
  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task[each.value.role].arn
  container_definitions    = jsonencode([for container in each.value.containers : merge(container, { logConfiguration = local.logs[each.key] })])
  # Older revisions stay, for tasks that run and for going back.
  skip_destroy = true

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  dynamic "volume" {
    for_each = each.key == "import" ? ["files"] : []

    content {
      name = volume.value
    }
  }
}
