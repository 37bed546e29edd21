# An environment of candleql: README.md has the picture.

locals {
  name     = "candleql-${var.environment}"
  boundary = "arn:aws:iam::${var.account_id}:policy/candleql-boundary" # of bootstrap/

  images = {
    for image in ["candleql", "candleql-nginx"] : image => "${data.aws_ecr_repository.this[image].repository_url}@${data.aws_ecr_image.this[image].image_digest}"
  }

  sign_in = var.cognito ? {
    CANDLEQL_JWT_ISSUER   = module.cognito[0].issuer
    CANDLEQL_JWT_AUDIENCE = module.cognito[0].client_id
  } : {}
}

# The release's images with their digests; a missing release ends the plan.
data "aws_ecr_repository" "this" {
  for_each    = toset(["candleql", "candleql-nginx"])
  registry_id = var.registry_account_id
  name        = each.key
}

data "aws_ecr_image" "this" {
  for_each        = data.aws_ecr_repository.this
  registry_id     = var.registry_account_id
  repository_name = each.value.name
  image_tag       = var.release
}

data "aws_route53_zone" "this" {
  name = var.zone_name
}

module "network" {
  source                   = "./modules/network"
  name                     = local.name
  cidr                     = var.vpc_cidr
  zones                    = var.zones
  nat                      = var.nat
  interface_endpoints      = var.interface_endpoints
  kms_key_arn              = aws_kms_key.this.arn
  log_retention_days       = var.log_retention_days
  permissions_boundary_arn = local.boundary
}

module "edge" {
  source                    = "./modules/edge"
  name                      = local.name
  domain_name               = var.domain_name
  zone_id                   = data.aws_route53_zone.this.zone_id
  vpc_id                    = module.network.vpc_id
  public_subnet_ids         = module.network.public_subnet_ids
  private_subnet_ids        = module.network.private_subnet_ids
  service_security_group_id = module.service.security_group_id
  target_port               = module.service.port
  api_gateway               = var.api_gateway
  requests_per_5_min        = var.requests_per_5_min
  deletion_protection       = var.deletion_protection
  kms_key_arn               = aws_kms_key.this.arn
  log_retention_days        = var.log_retention_days
  permissions_boundary_arn  = local.boundary
}

module "cognito" {
  count               = var.cognito ? 1 : 0
  source              = "./modules/cognito"
  name                = local.name
  url                 = "https://${var.domain_name}/"
  deletion_protection = var.deletion_protection
}

module "database" {
  source                   = "./modules/database"
  name                     = local.name
  vpc_id                   = module.network.vpc_id
  subnet_ids               = module.network.isolated_subnet_ids
  client_security_group_id = module.service.security_group_id
  instance                 = var.database_instance
  aurora                   = var.database_aurora
  backup_days              = var.backup_days
  deletion_protection      = var.deletion_protection
  kms_key_arn              = aws_kms_key.this.arn
  log_retention_days       = var.log_retention_days
  permissions_boundary_arn = local.boundary
}

module "service" {
  source                          = "./modules/service"
  name                            = local.name
  vpc_id                          = module.network.vpc_id
  vpc_cidr                        = var.vpc_cidr
  subnet_ids                      = module.network.private_subnet_ids
  app_image                       = local.images["candleql"]
  nginx_image                     = local.images["candleql-nginx"]
  aws_cli_image                   = var.aws_cli_image
  repository_arns                 = [for repository in data.aws_ecr_repository.this : repository.arn]
  cpu                             = var.cpu
  memory                          = var.memory
  min_tasks                       = var.min_tasks
  max_tasks                       = var.max_tasks
  requests_per_task_per_min       = var.requests_per_task_per_min
  settings                        = merge(local.sign_in, var.settings)
  nginx_settings                  = var.nginx_settings
  bake_minutes                    = var.bake_minutes
  rollback_alarm_names            = module.alarms.rollback_alarm_names
  load_balancer_security_group_id = module.edge.security_group_id
  target_groups                   = module.edge.target_groups
  listener_rule_arn               = module.edge.listener_rule_arn
  database                        = module.database.connection
  database_security_group_id      = module.database.security_group_id
  kms_key_arn                     = aws_kms_key.this.arn
  log_retention_days              = var.log_retention_days
  permissions_boundary_arn        = local.boundary
}

module "alarms" {
  source                   = "./modules/alarms"
  name                     = local.name
  emails                   = var.alarm_emails
  load_balancer            = module.edge.load_balancer
  target_groups            = { for color, group in module.edge.target_groups : color => group.metric }
  ecs_cluster              = module.service.cluster
  ecs_service              = module.service.service
  log_group                = module.service.log_group
  database_dimensions      = module.database.dimensions
  database_storage_gib     = var.database_aurora == null ? var.database_instance.storage_gib : null
  database_connections     = var.database_connections_alarm
  secret_arn               = module.database.connection.secret_arn
  kms_key_arn              = aws_kms_key.this.arn
  permissions_boundary_arn = local.boundary
}
