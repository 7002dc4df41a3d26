
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'billctl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'billctl'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'billctl' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use [env: BILLCTL_PROFILE] [default: the file''s default_profile, else emulator]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why this is done; kept with the change, and required where the policy says so')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for `--output json`')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Say that a live key is meant; without it a live key is refused')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be sent or stored, and change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a billing.toml, from answers or from a template')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check config, key, account, clock, API version and state folder')
            [CompletionResult]::new('catalog', 'catalog', [CompletionResultType]::ParameterValue, 'Keep what is sold in `billing.toml`, and Stripe in step with it')
            [CompletionResult]::new('emulator', 'emulator', [CompletionResultType]::ParameterValue, 'The offline Stripe: serve it, look at it, empty it')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page, or write the pages of all commands into a folder')
            break
        }
        'billctl;init' {
            [CompletionResult]::new('--template', '--template', [CompletionResultType]::ParameterName, 'Start from the catalog of a whole product instead of answers')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use [env: BILLCTL_PROFILE] [default: the file''s default_profile, else emulator]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why this is done; kept with the change, and required where the policy says so')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for `--output json`')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Say that a live key is meant; without it a live key is refused')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be sent or stored, and change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'billctl;doctor' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use [env: BILLCTL_PROFILE] [default: the file''s default_profile, else emulator]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why this is done; kept with the change, and required where the policy says so')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for `--output json`')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Say that a live key is meant; without it a live key is refused')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be sent or stored, and change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'billctl;catalog' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use [env: BILLCTL_PROFILE] [default: the file''s default_profile, else emulator]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why this is done; kept with the change, and required where the policy says so')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for `--output json`')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Say that a live key is meant; without it a live key is refused')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be sent or stored, and change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('validate', 'validate', [CompletionResultType]::ParameterValue, 'Check billing.toml: all problems at once, each with its line and column')
            [CompletionResult]::new('plan', 'plan', [CompletionResultType]::ParameterValue, 'Show what `catalog sync` would change in Stripe, and change nothing')
            [CompletionResult]::new('sync', 'sync', [CompletionResultType]::ParameterValue, 'Change Stripe to match the catalog: plans, asks, then applies')
            [CompletionResult]::new('env', 'env', [CompletionResultType]::ParameterValue, 'Print the ids that the catalog gives environment names, as `KEY=id` lines, or write them to a file')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of billing.toml, with which editors complete and check it')
            break
        }
        'billctl;catalog;validate' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use [env: BILLCTL_PROFILE] [default: the file''s default_profile, else emulator]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why this is done; kept with the change, and required where the policy says so')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for `--output json`')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Say that a live key is meant; without it a live key is refused')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be sent or stored, and change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'billctl;catalog;plan' {
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Only this resource and what it needs: a key like `pro`, `pro.monthly` or `coupon.WELCOME`; may be repeated')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Keep the plan in a file, for `catalog sync PLAN`')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use [env: BILLCTL_PROFILE] [default: the file''s default_profile, else emulator]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why this is done; kept with the change, and required where the policy says so')
            [CompletionResult]::new('--prune', '--prune', [CompletionResultType]::ParameterName, 'Archive what billctl made and the catalog no longer has')
            [CompletionResult]::new('--takeover', '--takeover', [CompletionResultType]::ParameterName, 'Claim what another project or tool marked as its own')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'End with exit code 3 if anything differs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for `--output json`')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Say that a live key is meant; without it a live key is refused')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be sent or stored, and change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'billctl;catalog;sync' {
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Only this resource and what it needs: a key like `pro`, `pro.monthly` or `coupon.WELCOME`; may be repeated')
            [CompletionResult]::new('--parallel', '--parallel', [CompletionResultType]::ParameterName, 'The most requests under way at once')
            [CompletionResult]::new('--secret-out', '--secret-out', [CompletionResultType]::ParameterName, 'Write the signing secrets of new webhook endpoints to this file (mode 0600); else they are shown once')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use [env: BILLCTL_PROFILE] [default: the file''s default_profile, else emulator]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why this is done; kept with the change, and required where the policy says so')
            [CompletionResult]::new('--prune', '--prune', [CompletionResultType]::ParameterName, 'Archive what billctl made and the catalog no longer has')
            [CompletionResult]::new('--takeover', '--takeover', [CompletionResultType]::ParameterName, 'Claim what another project or tool marked as its own')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for `--output json`')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Say that a live key is meant; without it a live key is refused')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be sent or stored, and change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'billctl;catalog;env' {
            [CompletionResult]::new('--write', '--write', [CompletionResultType]::ParameterName, 'Set the lines in this file, and keep its other lines as they are')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use [env: BILLCTL_PROFILE] [default: the file''s default_profile, else emulator]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why this is done; kept with the change, and required where the policy says so')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for `--output json`')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Say that a live key is meant; without it a live key is refused')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be sent or stored, and change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'billctl;catalog;schema' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use [env: BILLCTL_PROFILE] [default: the file''s default_profile, else emulator]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why this is done; kept with the change, and required where the policy says so')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for `--output json`')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Say that a live key is meant; without it a live key is refused')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be sent or stored, and change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'billctl;emulator' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use [env: BILLCTL_PROFILE] [default: the file''s default_profile, else emulator]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why this is done; kept with the change, and required where the policy says so')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for `--output json`')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Say that a live key is meant; without it a live key is refused')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be sent or stored, and change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('start', 'start', [CompletionResultType]::ParameterValue, 'Serve the project''s emulator on its own port until stopped')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show whether the project''s emulator is being served, and what it holds')
            [CompletionResult]::new('reset', 'reset', [CompletionResultType]::ParameterValue, 'Delete everything that the project''s emulator holds; its address, keys and account stay')
            break
        }
        'billctl;emulator;start' {
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'The port on 127.0.0.1; 0 takes any that is free')
            [CompletionResult]::new('--latency', '--latency', [CompletionResultType]::ParameterName, 'How long every request takes at least')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Requests a second in all, before the next gets a 429')
            [CompletionResult]::new('--endpoint-limit', '--endpoint-limit', [CompletionResultType]::ParameterName, 'Requests a second for each endpoint, before the next gets a 429')
            [CompletionResult]::new('--fault', '--fault', [CompletionResultType]::ParameterName, 'What goes wrong with which requests: `METHOD ROUTE[:option…]:FAULT`')
            [CompletionResult]::new('--record', '--record', [CompletionResultType]::ParameterName, 'Append every exchange to this file, one JSON document a line; keys are left out')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use [env: BILLCTL_PROFILE] [default: the file''s default_profile, else emulator]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why this is done; kept with the change, and required where the policy says so')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for `--output json`')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Say that a live key is meant; without it a live key is refused')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be sent or stored, and change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'billctl;emulator;status' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use [env: BILLCTL_PROFILE] [default: the file''s default_profile, else emulator]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why this is done; kept with the change, and required where the policy says so')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for `--output json`')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Say that a live key is meant; without it a live key is refused')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be sent or stored, and change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'billctl;emulator;reset' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use [env: BILLCTL_PROFILE] [default: the file''s default_profile, else emulator]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why this is done; kept with the change, and required where the policy says so')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for `--output json`')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Say that a live key is meant; without it a live key is refused')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be sent or stored, and change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'billctl;completions' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use [env: BILLCTL_PROFILE] [default: the file''s default_profile, else emulator]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why this is done; kept with the change, and required where the policy says so')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for `--output json`')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Say that a live key is meant; without it a live key is refused')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be sent or stored, and change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'billctl;man' {
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Write a page for every command into this folder')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use [env: BILLCTL_PROFILE] [default: the file''s default_profile, else emulator]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why this is done; kept with the change, and required where the policy says so')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for `--output json`')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes; needed where stdin is no terminal')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Say that a live key is meant; without it a live key is refused')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be sent or stored, and change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less: no progress, no hints')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr; `-vv` logs each request, never a secret')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
