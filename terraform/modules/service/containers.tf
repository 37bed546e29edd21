# The containers of a task.

locals {
  # The root file system is read-only, and the process has no extra rights.
  sealed = {
    essential              = true
    readonlyRootFilesystem = true
    linuxParameters        = { capabilities = { drop = ["ALL"] } }
  }

  candleql = merge(local.sealed, {
    name        = "candleql"
    image       = var.app_image
    user        = "65532"
    environment = [for name in sort(keys(local.settings)) : { name = name, value = local.settings[name] }]
  })

  server = merge(local.candleql, {
    command = ["serve"]
    # Checks whether the server lives; the load balancer checks whether it can answer.
    healthCheck = { command = ["CMD", "candleql", "healthcheck"], interval = 10, timeout = 5, retries = 3, startPeriod = 10 }
    # Above --shutdown-timeout-ms, 24 seconds.
    stopTimeout = 30
  })

  nginx = merge(local.sealed, {
    name         = "nginx"
    image        = var.nginx_image
    user         = "101"
    portMappings = [{ containerPort = local.port, protocol = "tcp" }]
    environment = [
      for name, value in merge({
        CANDLEQL_LOAD_BALANCER_NETWORK = var.vpc_cidr
        CANDLEQL_MAX_BODY_BYTES        = local.settings.CANDLEQL_MAX_BODY_BYTES
        CANDLEQL_UPSTREAM              = local.settings.CANDLEQL_LISTEN
      }, var.nginx_settings) : { name = name, value = value }
    ]
    linuxParameters = merge(local.sealed.linuxParameters, {
      tmpfs = [{ containerPath = "/tmp", size = 64, mountOptions = ["nosuid", "nodev", "noexec"] }]
    })
    # Started after the server, and so stopped before it: nginx ends what it is at, for which it
    # still has the server. Above its longest request, 25 seconds.
    dependsOn   = [{ containerName = "candleql", condition = "HEALTHY" }]
    stopTimeout = 40
  })

  fetch = merge(local.sealed, {
    name        = "fetch"
    image       = var.aws_cli_image
    user        = "0" # only root may write to a new volume
    essential   = false
    command     = ["s3", "sync", "--no-progress", "s3://${module.imports.name}", "/import"]
    mountPoints = [{ sourceVolume = "files", containerPath = "/import" }]
  })

  import = merge(local.candleql, {
    command     = ["import", "/import"]
    mountPoints = [{ sourceVolume = "files", containerPath = "/import", readOnly = true }]
    dependsOn   = [{ containerName = "fetch", condition = "SUCCESS" }]
  })

  # Sessions need a writable file system and a process that cleans up after them. So only this
  # container has sessions, and the serving tasks have none.
  shell = {
    name            = "shell"
    image           = var.aws_cli_image
    essential       = true
    entryPoint      = ["sleep"]
    command         = ["14400"]
    linuxParameters = { initProcessEnabled = true }
  }
}
