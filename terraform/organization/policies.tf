# Guard rails (service control policies): what no user of an account can do, not even an
# administrator. They do not bind the management account, to which this applies them.

locals {
  policies = {
    "accounts-stay" = {
      description = "Accounts stay, and are used by people and workflows with roles"
      units       = local.units
      statements = [
        {
          Sid      = "NoLeaving"
          Effect   = "Deny"
          Action   = ["organizations:LeaveOrganization", "account:CloseAccount"]
          Resource = "*"
        },
        {
          Sid       = "NoRootUser"
          Effect    = "Deny"
          Action    = "*"
          Resource  = "*"
          Condition = { ArnLike = { "aws:PrincipalArn" = "arn:aws:iam::*:root" } }
        },
        {
          Sid      = "NoLongLivedKeys"
          Effect   = "Deny"
          Action   = ["iam:CreateUser", "iam:CreateAccessKey", "iam:CreateLoginProfile"]
          Resource = "*"
        },
      ]
    }

    "regions" = {
      description = "Nothing is made outside of the regions"
      units       = local.units
      statements = [{
        Sid    = "OnlyTheseRegions"
        Effect = "Deny"
        # Services that are in one region for the whole world.
        NotAction = [
          "account:*", "acm:*", "aws-portal:*", "billing:*", "budgets:*", "ce:*", "cloudfront:*", "cur:*", "ecr-public:*",
          "globalaccelerator:*", "health:*", "iam:*", "kms:*", "organizations:*", "route53:*", "route53domains:*",
          "s3:GetAccountPublic*", "s3:ListAllMyBuckets", "s3:PutAccountPublic*", "shield:*", "sso:*", "sts:*", "support:*",
          "tag:*", "trustedadvisor:*", "wafv2:*",
        ]
        Resource  = "*"
        Condition = { StringNotEquals = { "aws:RequestedRegion" = var.regions } }
      }]
    }

    "records-stay" = {
      description = "The record of all actions stays"
      units       = local.units
      statements = [{
        Sid    = "NoSilence"
        Effect = "Deny"
        Action = [
          "access-analyzer:DeleteAnalyzer",
          "cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors", "cloudtrail:StopLogging", "cloudtrail:UpdateTrail",
          "config:DeleteConfigurationRecorder", "config:DeleteDeliveryChannel", "config:StopConfigurationRecorder",
          "guardduty:DeleteDetector", "guardduty:DisassociateFromMasterAccount", "guardduty:UpdateDetector",
          "securityhub:DisableSecurityHub",
        ]
        Resource = "*"
      }]
    }

    "data-stays" = {
      description = "Production's data and backups stay, and nothing of it becomes public"
      units       = toset(["production"])
      statements = [
        {
          Sid    = "NoDeletion"
          Effect = "Deny"
          Action = [
            "kms:DisableKey", "kms:ScheduleKeyDeletion",
            "rds:DeleteDBCluster", "rds:DeleteDBClusterAutomatedBackup", "rds:DeleteDBClusterSnapshot",
            "rds:DeleteDBInstanceAutomatedBackup", "rds:DeleteDBSnapshot",
            "s3:DeleteBucket",
          ]
          Resource  = "*"
          Condition = { ArnNotLike = { "aws:PrincipalArn" = "arn:aws:iam::*:role/${var.break_glass_role}" } }
        },
        {
          Sid       = "NothingPublic"
          Effect    = "Deny"
          Action    = ["rds:ModifyDBClusterSnapshotAttribute", "rds:ModifyDBSnapshotAttribute", "s3:PutAccountPublicAccessBlock"]
          Resource  = "*"
          Condition = { ArnNotLike = { "aws:PrincipalArn" = "arn:aws:iam::*:role/${var.break_glass_role}" } }
        },
      ]
    }
  }

  attachments = merge([
    for name, policy in local.policies : {
      for unit in policy.units : "${name} ${unit}" => { policy = name, unit = unit }
    }
  ]...)
}

resource "aws_organizations_policy" "this" {
  for_each    = local.policies
  name        = each.key
  description = each.value.description
  type        = "SERVICE_CONTROL_POLICY"
  content     = jsonencode({ Version = "2012-10-17", Statement = each.value.statements })

  depends_on = [aws_organizations_organization.this]
}

resource "aws_organizations_policy_attachment" "this" {
  for_each  = local.attachments
  policy_id = aws_organizations_policy.this[each.value.policy].id
  target_id = aws_organizations_organizational_unit.this[each.value.unit].id
}
