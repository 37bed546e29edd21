# GitHub's workflows log in with tokens that GitHub signs, and get a role for an hour: no keys.
# A token says for which repository it is, and for what in it (`sub`):
#   plan      a pull request, or main; reads, but neither contents nor secrets
#   apply     a job of the environment, which its reviewers have to let go
#   release   a job of the environment "release"; pushes images

locals {
  has_environment  = var.environment != null
  has_repositories = length(var.repositories) > 0
  subjects = merge(
    { for role in ["plan"] : role => ["pull_request", "ref:refs/heads/main"] if local.has_environment },
    { for role in ["apply"] : role => ["environment:${var.environment}"] if local.has_environment },
    { for role in ["release"] : role => ["environment:release"] if local.has_repositories },
  )

  role_statements = {
    plan    = local.plan_statements
    apply   = local.apply_statements
    release = local.release_statements
  }

  # AWS's own policies that the statements are added to.
  managed_policies = {
    plan  = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    apply = "arn:aws:iam::aws:policy/PowerUserAccess"
  }
}

resource "aws_iam_openid_connect_provider" "github" {
  count          = length(local.subjects) > 0 ? 1 : 0
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "github" {
  for_each             = local.subjects
  name                 = "candleql-github-${each.key}"
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.github[0].arn }
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = [for subject in each.value : "repo:${var.github_repository}:${subject}"]
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "github" {
  for_each = local.subjects
  role     = aws_iam_role.github[each.key].id
  policy   = jsonencode({ Version = "2012-10-17", Statement = local.role_statements[each.key] })
}

resource "aws_iam_role_policy_attachment" "github" {
  for_each   = { for role, policy in local.managed_policies : role => policy if contains(keys(local.subjects), role) }
  role       = aws_iam_role.github[each.key].name
  policy_arn = each.value
}

locals {
  # The author of a pull request decides what runs with this role.
  plan_statements = [
    {
      Sid      = "ReadStates"
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = aws_kms_key.state.arn
    },
    {
      Sid         = "NoOtherFiles"
      Effect      = "Deny"
      Action      = "s3:GetObject*"
      NotResource = "arn:aws:s3:::${local.state_bucket}/*"
    },
    {
      Sid      = "NoSecretsAndNoLogs"
      Effect   = "Deny"
      Action   = ["secretsmanager:GetSecretValue", "ssm:GetParameter*", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetLogRecord", "logs:GetQueryResults", "logs:StartLiveTail", "logs:StartQuery"]
      Resource = "*"
    },
  ]

  # PowerUserAccess is everything but IAM. Of IAM it gets the environment's roles, each of which has
  # to be bounded: what it cannot do itself, no role that it makes can.
  environment_roles = "arn:aws:iam::${var.account_id}:role/candleql-${coalesce(var.environment, "none")}-*"
  apply_statements = [
    {
      Sid      = "ReadRoles"
      Effect   = "Allow"
      Action   = ["iam:Get*", "iam:List*"]
      Resource = "*"
    },
    {
      Sid       = "WriteBoundedRoles"
      Effect    = "Allow"
      Action    = ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:AttachRolePolicy", "iam:DetachRolePolicy"]
      Resource  = local.environment_roles
      Condition = { StringEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::${var.account_id}:policy/${local.boundary_name}" } }
    },
    {
      Sid      = "KeepRoles"
      Effect   = "Allow"
      Action   = ["iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole", "iam:UpdateAssumeRolePolicy"]
      Resource = local.environment_roles
    },
    {
      Sid      = "HandRolesToServices"
      Effect   = "Allow"
      Action   = "iam:PassRole"
      Resource = local.environment_roles
      Condition = {
        StringEquals = {
          "iam:PassedToService" = [for service in ["apigateway", "ecs", "ecs-tasks", "monitoring.rds", "scheduler", "states", "vpc-flow-logs"] : "${service}.amazonaws.com"]
        }
      }
    },
    {
      # Terraform never needs the password, only where it is.
      Sid      = "NoSecrets"
      Effect   = "Deny"
      Action   = "secretsmanager:GetSecretValue"
      Resource = "*"
    },
    {
      Sid      = "StatesStay"
      Effect   = "Deny"
      Action   = ["s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObjectVersion", "s3:PutBucketPolicy", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration"]
      Resource = ["arn:aws:s3:::${local.state_bucket}", "arn:aws:s3:::${local.state_bucket}/*"]
    },
    {
      Sid      = "StatesCanBeRead"
      Effect   = "Deny"
      Action   = ["kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"]
      Resource = aws_kms_key.state.arn
    },
  ]

  release_statements = [
    {
      # It knows no resources.
      Sid      = "LogInToRegistry"
      Effect   = "Allow"
      Action   = "ecr:GetAuthorizationToken"
      Resource = "*"
    },
    {
      Sid      = "PushImages"
      Effect   = "Allow"
      Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages", "ecr:DescribeImageScanFindings", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"]
      Resource = [for repository in aws_ecr_repository.this : repository.arn]
    },
  ]
}
