# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_billctl_global_optspecs
    string join \n config= profile= o/output= json y/yes live dry-run reason= q/quiet v/verbose h/help V/version
end

function __fish_billctl_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_billctl_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_billctl_using_subcommand
    set -l cmd (__fish_billctl_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c billctl -n "__fish_billctl_needs_command" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_needs_command" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_needs_command" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_needs_command" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_needs_command" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_needs_command" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_needs_command" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_needs_command" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_needs_command" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_needs_command" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_needs_command" -s V -l version -d 'Print version'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "init" -d 'Write a billing.toml, from answers or from a template'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "doctor" -d 'Check config, key, account, clock, API version and state folder'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "catalog" -d 'Keep what is sold in `billing.toml`, and Stripe in step with it'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "checkout" -d 'Checkouts: links to pages where somebody subscribes or pays'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "portal" -d 'The customer portal: links to pages where somebody looks after their own subscription'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "customer" -d 'Customers: who they are, which plan holds, what they paid'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "payment-link" -d 'Payment links: one address that anybody pays at, for a page, a mail or a QR code'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "payment" -d 'Payments: history, why one was declined, charge, try again, refund'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "subscription" -d 'Subscriptions: made, changed, paused, canceled, moved to other prices'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "transactions" -d 'Transactions: payments, top-ups, refunds, changes of plan, cancellations, each booked once'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "usage" -d 'What subjects use: record it, hold it against the limits of their plans, and look it up'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "events" -d 'Webhook events: receive, pull, list, show, replay, trigger, sign and verify them'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "credits" -d 'Prepaid credits: give, take, correct and look up, in a ledger that is only ever added to'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "report" -d 'What happened, in figures: by time, plan, subject and more'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "alerts" -d 'Thresholds that billing.toml sets: which of them are crossed'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "emulator" -d 'The offline Stripe: serve it, pay in it, move its time, look at it, empty it'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "mirror" -d 'The local copy of Stripe: fill it, check it, look at it, ask it, copy it, make it anew'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c billctl -n "__fish_billctl_needs_command" -f -a "man" -d 'Print the manual page, or write the pages of all commands into a folder'
complete -c billctl -n "__fish_billctl_using_subcommand init" -l template -d 'Start from the catalog of a whole product instead of answers' -r -f -a "nexus\t'Three tiers with a monthly quota'
communities\t'One paid plan a community, with a metered feature'
parentpilot\t'Usage priced by tokens and minutes, with an allowance'
localboxs\t'Tiers with prepaid credit packs'
founder\t'Three tiers with a trial'"
complete -c billctl -n "__fish_billctl_using_subcommand init" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand init" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand init" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand init" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand init" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand init" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand init" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand init" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand init" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand init" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand doctor" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand doctor" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand doctor" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand doctor" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand doctor" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand doctor" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand doctor" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand doctor" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand doctor" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand doctor" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -f -a "validate" -d 'Check billing.toml: all problems at once, each with its line and column'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -f -a "plan" -d 'Show what `catalog sync` would change in Stripe, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -f -a "sync" -d 'Change Stripe to match the catalog: plans, asks, then applies'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -f -a "pull" -d 'Write what the account has as a catalog that then plans to nothing'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -f -a "env" -d 'Print the ids that the catalog gives environment names, as `KEY=id` lines, or write them to a file'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -f -a "promote" -d 'Plan one account\'s synced catalog onto another account'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and not __fish_seen_subcommand_from validate plan sync pull env promote schema" -f -a "schema" -d 'Print the JSON Schema of billing.toml, with which editors complete and check it'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from validate" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from validate" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from validate" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from validate" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from validate" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from validate" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from validate" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from validate" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from validate" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from validate" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from validate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from plan" -l target -d 'Only this resource and what it needs: a key like `pro`, `pro.monthly` or `coupon.WELCOME`; may be repeated' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from plan" -l out -d 'Keep the plan in a file, for `catalog sync PLAN`' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from plan" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from plan" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from plan" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from plan" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from plan" -l prune -d 'Archive what billctl made and the catalog no longer has'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from plan" -l takeover -d 'Claim what another project or tool marked as its own'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from plan" -l exit-code -d 'End with exit code 3 if anything differs'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from plan" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from plan" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from plan" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from plan" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from plan" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from plan" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from plan" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l target -d 'Only this resource and what it needs: a key like `pro`, `pro.monthly` or `coupon.WELCOME`; may be repeated' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l parallel -d 'The most requests under way at once' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l secret-out -d 'Write the signing secrets of new webhook endpoints to this file (mode 0600); else they are shown once' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from sync" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l prune -d 'Archive what billctl made and the catalog no longer has'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l takeover -d 'Claim what another project or tool marked as its own'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from sync" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from sync" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from sync" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from sync" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from pull" -l out -d 'The file to write; one that is there is changed in place and keeps its comments. Without it the catalog is printed' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from pull" -l project -d 'The project\'s name in a new file [default: the current billing file\'s, else the account\'s name]' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from pull" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from pull" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from pull" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from pull" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from pull" -l include-archived -d 'What is archived, too'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from pull" -l takeover -d 'What another project or tool marked as its own, too; `catalog sync --takeover` then claims it'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from pull" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from pull" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from pull" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from pull" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from pull" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from pull" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from pull" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from env" -l write -d 'Set the lines in this file, and keep its other lines as they are' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from env" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from env" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from env" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from env" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from env" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from env" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from env" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from env" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from env" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from env" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from env" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -l from -d 'The profile whose account has the catalog' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -l to -d 'The profile whose account is to have it' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -l target -d 'Only this resource and what it needs: a key like `pro`, `pro.monthly` or `coupon.WELCOME`; may be repeated' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -l out -d 'Keep the plan in a file, for `catalog sync PLAN --profile PROFILE`' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -l parallel -d 'The most requests under way at once' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -l secret-out -d 'Write the signing secrets of new webhook endpoints to this file (mode 0600); else they are shown once' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -l prune -d 'Archive what billctl made and the catalog no longer has'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -l takeover -d 'Claim what another project or tool marked as its own'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -l sync -d 'Apply the plan, after asking'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from promote" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from schema" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from schema" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from schema" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from schema" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from schema" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from schema" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from schema" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from schema" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from schema" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from schema" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand catalog; and __fish_seen_subcommand_from schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and not __fish_seen_subcommand_from create list show expire" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and not __fish_seen_subcommand_from create list show expire" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and not __fish_seen_subcommand_from create list show expire" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and not __fish_seen_subcommand_from create list show expire" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and not __fish_seen_subcommand_from create list show expire" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and not __fish_seen_subcommand_from create list show expire" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and not __fish_seen_subcommand_from create list show expire" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and not __fish_seen_subcommand_from create list show expire" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and not __fish_seen_subcommand_from create list show expire" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and not __fish_seen_subcommand_from create list show expire" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and not __fish_seen_subcommand_from create list show expire" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and not __fish_seen_subcommand_from create list show expire" -f -a "create" -d 'Make a link to a page where a subject subscribes to a plan, buys a pack, or pays an amount'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and not __fish_seen_subcommand_from create list show expire" -f -a "list" -d 'List checkouts, the newest first'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and not __fish_seen_subcommand_from create list show expire" -f -a "show" -d 'Show a checkout: what it sells, and what became of it'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and not __fish_seen_subcommand_from create list show expire" -f -a "expire" -d 'Close an open checkout: its link can\'t be paid any more'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l subject -d 'Who pays: your application\'s own id' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l plan -d 'Subscribe to this plan: its key in the billing file' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l pack -d 'Buy this, once: its key in the billing file' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l amount -d 'Pay this amount, once: \'12.50 usd\', or 12.50 with `--currency`' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l price -d 'Which price: its key in the billing file, how often it is paid (`yearly`), its lookup key, or its id' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l for -d 'What an amount is for, as the page shows it' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l currency -d 'The currency, where the price has several, or of an amount that names none' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l quantity -d 'How many' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l trial-days -d 'Days to try the plan, in place of those in the billing file; 0 for none' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l promotion-code -d 'Apply this promotion code' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l coupon -d 'Apply this coupon' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l metadata -d 'A note for programs on the session; may be repeated' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l locale -d 'The page\'s language: de, fr, pt-BR, …' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l expires -d 'How long the link is good: 30m to 24h' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l var -d 'A value for the links\' templates; may be repeated' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l success-url -d 'Where a paid checkout leads, in place of `links.success`; a template too' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l cancel-url -d 'Where leaving the page leads, in place of `links.cancel`; a template too' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l key -d 'Makes one session, however often it is repeated with this key [default: a new one each time]' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l allow-promotion-codes -d 'Let the customer type a promotion code'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l automatic-tax -d 'Have Stripe work out the tax'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l open -d 'Open the page in the browser'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l qr -d 'Draw the link as a QR code, on stderr'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from list" -l subject -d 'Only those of this subject or customer' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from list" -l status -d 'Only those with this status' -r -f -a "open\t'It can be paid'
complete\t'It is paid, or the trial has begun'
expired\t'Nobody paid it in time'"
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from list" -s n -l limit -d 'At most so many' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from list" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from list" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from list" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from list" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from list" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from list" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from list" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from show" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from show" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from show" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from show" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from show" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from show" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from show" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from expire" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from expire" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from expire" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from expire" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from expire" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from expire" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from expire" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from expire" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from expire" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from expire" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand checkout; and __fish_seen_subcommand_from expire" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand portal; and not __fish_seen_subcommand_from create" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand portal; and not __fish_seen_subcommand_from create" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand portal; and not __fish_seen_subcommand_from create" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand portal; and not __fish_seen_subcommand_from create" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand portal; and not __fish_seen_subcommand_from create" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand portal; and not __fish_seen_subcommand_from create" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand portal; and not __fish_seen_subcommand_from create" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand portal; and not __fish_seen_subcommand_from create" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand portal; and not __fish_seen_subcommand_from create" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand portal; and not __fish_seen_subcommand_from create" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand portal; and not __fish_seen_subcommand_from create" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand portal; and not __fish_seen_subcommand_from create" -f -a "create" -d 'Make a link to the portal, where a subject changes its card, its plan, or cancels'
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -l subject -d 'Whose portal: the subject, or a customer\'s id' -r
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -l portal -d 'Which of the billing file\'s portals [default: its only one, or `main`, or else the account\'s default]' -r
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -l flow -d 'Lead straight to one thing' -r -f -a "payment-method\t'Another card, or another way to pay'
cancel\t'Cancel the subscription'
change-plan\t'Change to another plan'"
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -l subscription -d 'The subscription to cancel or change [default: the one that gives the plan]' -r
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -l return-url -d 'Where leaving the portal leads, in place of `links.portal_return`; a template too' -r
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -l var -d 'A value for the links\' templates; may be repeated' -r
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -l locale -d 'The page\'s language: de, fr, pt-BR, …' -r
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -l key -d 'Makes one link, however often it is repeated with this key [default: a new one each time]' -r
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -l open -d 'Open the page in the browser'
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -l qr -d 'Draw the link as a QR code, on stderr'
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand portal; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -f -a "show" -d 'Show a customer on one page: plan, status, period, usage, credits, payments, open invoices, events, what to do next'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -f -a "list" -d 'List customers, the newest first, with their subject and the plan that holds'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -f -a "find" -d 'Find a customer by an id, a subject, an e-mail address, a card\'s last four digits or an invoice\'s number'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -f -a "entitlements" -d 'Show which plan and limits hold for a subject now, what it falls back to, and why'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -f -a "create" -d 'Make the customer of a subject in Stripe, or find the one that is there'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -f -a "link" -d 'Say which customer a subject is'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and not __fish_seen_subcommand_from show list find entitlements create link unlink" -f -a "unlink" -d 'Take a subject\'s link to its customer away'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from show" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from show" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from show" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from show" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from show" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from show" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from show" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from show" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from list" -l plan -d 'Only those on this plan: its key in the billing file' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from list" -l status -d 'Only those whose subscription has this status: active, trialing, past_due, canceled, …; `none` for no subscription' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from list" -s n -l limit -d 'At most so many' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from list" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from list" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from list" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from list" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from list" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from list" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from list" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from list" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from find" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from find" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from find" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from find" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from find" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from find" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from find" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from find" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from find" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from find" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from find" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from find" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from entitlements" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from entitlements" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from entitlements" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from entitlements" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from entitlements" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from entitlements" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from entitlements" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from entitlements" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from entitlements" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from entitlements" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from entitlements" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from entitlements" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from create" -l email -d 'Where invoices and receipts go' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from create" -l name -d 'What stands on invoices' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from create" -l description -d 'A note for yourself, shown in the dashboard' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from create" -l metadata -d 'A note for programs; may be repeated' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from create" -l test-clock -d 'Let it live by this test clock; only where it is new' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from create" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from create" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from create" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from create" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from create" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from create" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from create" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from create" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from link" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from link" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from link" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from link" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from link" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from link" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from link" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from link" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from link" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from link" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from link" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from unlink" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from unlink" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from unlink" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from unlink" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from unlink" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from unlink" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from unlink" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from unlink" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from unlink" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from unlink" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand customer; and __fish_seen_subcommand_from unlink" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and not __fish_seen_subcommand_from create list deactivate" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and not __fish_seen_subcommand_from create list deactivate" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and not __fish_seen_subcommand_from create list deactivate" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and not __fish_seen_subcommand_from create list deactivate" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and not __fish_seen_subcommand_from create list deactivate" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and not __fish_seen_subcommand_from create list deactivate" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and not __fish_seen_subcommand_from create list deactivate" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and not __fish_seen_subcommand_from create list deactivate" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and not __fish_seen_subcommand_from create list deactivate" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and not __fish_seen_subcommand_from create list deactivate" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and not __fish_seen_subcommand_from create list deactivate" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and not __fish_seen_subcommand_from create list deactivate" -f -a "create" -d 'Make a link that anybody may pay, as often as they like'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and not __fish_seen_subcommand_from create list deactivate" -f -a "list" -d 'List payment links, the newest first'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and not __fish_seen_subcommand_from create list deactivate" -f -a "deactivate" -d 'Close a payment link: nobody can pay there any more'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l plan -d 'Subscribe to this plan: its key in the billing file' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l pack -d 'Buy this, once: its key in the billing file' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l amount -d 'Pay this amount, once: \'12.50 usd\', or 12.50 with `--currency`' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l price -d 'Which price: its key in the billing file, how often it is paid (`yearly`), its lookup key, or its id' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l for -d 'What an amount is for, as the page shows it' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l currency -d 'The currency, where the price has several, or of an amount that names none' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l quantity -d 'How many' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l trial-days -d 'Days to try the plan, in place of those in the billing file; 0 for none' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l limit -d 'It can be paid so often, and then no more' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l success-url -d 'Where a paid page leads [default: Stripe\'s own thanks]' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l subject -d 'Give out the address with this subject in it: whoever pays there is that subject\'s customer from then on' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l metadata -d 'A note for programs, which every payment carries too; may be repeated' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l key -d 'Makes a link of its own, one for this key [default: made of what it sells]' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l allow-promotion-codes -d 'Let the customer type a promotion code'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l automatic-tax -d 'Have Stripe work out the tax'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l qr -d 'Draw the link as a QR code, on stderr'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from list" -s n -l limit -d 'At most so many' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from list" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from list" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from list" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from list" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from list" -l all -d 'Those that can\'t be paid any more, too'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from list" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from list" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from list" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from deactivate" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from deactivate" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from deactivate" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from deactivate" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from deactivate" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from deactivate" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from deactivate" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from deactivate" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from deactivate" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from deactivate" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand payment-link; and __fish_seen_subcommand_from deactivate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and not __fish_seen_subcommand_from list show charge retry refund" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand payment; and not __fish_seen_subcommand_from list show charge retry refund" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and not __fish_seen_subcommand_from list show charge retry refund" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand payment; and not __fish_seen_subcommand_from list show charge retry refund" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and not __fish_seen_subcommand_from list show charge retry refund" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and not __fish_seen_subcommand_from list show charge retry refund" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and not __fish_seen_subcommand_from list show charge retry refund" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and not __fish_seen_subcommand_from list show charge retry refund" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and not __fish_seen_subcommand_from list show charge retry refund" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and not __fish_seen_subcommand_from list show charge retry refund" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and not __fish_seen_subcommand_from list show charge retry refund" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and not __fish_seen_subcommand_from list show charge retry refund" -f -a "list" -d 'List payments, the newest first, with why one was declined'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and not __fish_seen_subcommand_from list show charge retry refund" -f -a "show" -d 'Show a payment: its attempts, why they were declined in plain words, what went back, and what to do next'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and not __fish_seen_subcommand_from list show charge retry refund" -f -a "charge" -d 'Charge a subject an amount, such as an overage, once'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and not __fish_seen_subcommand_from list show charge retry refund" -f -a "retry" -d 'Try a payment again, with the same method or another one'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and not __fish_seen_subcommand_from list show charge retry refund" -f -a "refund" -d 'Give money back: all that is left of a payment, an amount of it, or the share for time that is still to come'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -l subject -d 'Only those of this subject or customer' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -l status -d 'Only those that stand so; may be repeated' -r -f -a "pending\t'Nobody has paid yet, or the bank has not answered'
succeeded\t'The money is there, though some of it may be refunded'
failed\t'The last attempt was declined'
canceled\t'It can\'t be paid any more'"
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -l invoice -d 'Only those that pay this invoice' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -l since -d 'Only those from this time on: 2026-11-01, 2026-11-01T12:00:00Z, 90m, 7d' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -l until -d 'Only those before this time' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -s n -l limit -d 'At most so many' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -l oldest-first -d 'The oldest first'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from show" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from show" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from show" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from show" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from show" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from show" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from show" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from show" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -l amount -d 'How much: \'12.50 usd\', or 12.50 with `--currency`' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -l currency -d 'The currency of an amount that names none' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -l description -d 'What it is for, as the customer reads it' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -l payment-method -d 'Pay it now with this method, one that the customer has saved' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -l secret-out -d 'Hand over the client secret by writing it to this file (mode 0600); once for each payment' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -l key -d 'Charges once, however often it is repeated with this key [default: made of the amount and what it is for]' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -l off-session -d 'Pay it now, while the customer is away: with the method that is named, or the customer\'s default'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -l client-secret -d 'Hand over the client secret, on stderr; once for each payment'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from charge" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from retry" -l payment-method -d 'Pay it with this method, one that the customer has saved [default: the customer\'s, or the subscription\'s]' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from retry" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from retry" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from retry" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from retry" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from retry" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from retry" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from retry" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from retry" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from retry" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from retry" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from retry" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from refund" -l amount -d 'So much of it, such as 5.00 or \'5.00 usd\' [default: all that is left]' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from refund" -l because -d 'Why, in Stripe\'s words; a fraudulent payment\'s card is blocked from then on' -r -f -a "duplicate\t'It was paid twice'
fraudulent\t'The owner of the card did not pay it'
requested-by-customer\t'The customer asked for it'"
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from refund" -l key -d 'Refunds once, however often it is repeated with this key [default: made of payment and amount]' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from refund" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from refund" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from refund" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from refund" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from refund" -l prorated -d 'The share of what was paid for time that is still to come'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from refund" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from refund" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from refund" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from refund" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from refund" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from refund" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand payment; and __fish_seen_subcommand_from refund" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -f -a "create" -d 'Subscribe a subject to a plan, charging a way to pay that it has saved'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -f -a "show" -d 'Show a subscription: how it stands, what it charges, what is scheduled, its last invoices'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -f -a "list" -d 'List subscriptions, the newest first'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -f -a "change" -d 'Change a subscription to another plan, price or quantity'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -f -a "cancel" -d 'Cancel a subscription: now, or at the end of the period that is paid'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -f -a "resume" -d 'Let a subscription go on that is paused, or that was to end with its period'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -f -a "pause" -d 'Pause a subscription\'s collection: nothing is charged until it is resumed'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -f -a "schedule" -d 'Let a subscription change at a time; show or drop what is scheduled'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and not __fish_seen_subcommand_from create show list change cancel resume pause schedule migrate" -f -a "migrate" -d 'Move all subscriptions from one price to another'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l plan -d 'The plan\'s key in the billing file' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l price -d 'Which price: its key in the billing file, how often it is paid (`yearly`), its lookup key, or its id' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l currency -d 'The currency, where the price has several' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l quantity -d 'How many' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l trial-days -d 'Days to try the plan, in place of those in the billing file; 0 for none' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l coupon -d 'Apply this coupon' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l promotion-code -d 'Apply this promotion code' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l payment-method -d 'What pays: the id of a saved way to pay, or `default` for the customer\'s own [default: default]' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l send-invoice -d 'Send invoices that are due after so many days, in place of charging' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l backdate -d 'Say that it began at this time, for what moves here from elsewhere; the time before now is not charged' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l metadata -d 'A note for programs on the subscription; may be repeated' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l key -d 'Makes one subscription, however often it is repeated with this key' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l another -d 'Make it although the subject has a subscription already'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from show" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from show" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from show" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from show" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from show" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from show" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from show" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from show" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from list" -l subject -d 'Only those of this subject or customer' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from list" -l plan -d 'Only those for this plan: its key in the billing file' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from list" -l price -d 'Only those that charge this price: its key in the billing file (`pro.monthly`), its lookup key, or its id' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from list" -l status -d 'Only those with this status: active, trialing, past_due, canceled, …; may be repeated' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from list" -s n -l limit -d 'At most so many' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from list" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from list" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from list" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from list" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from list" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from list" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from list" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from list" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from change" -l plan -d 'The plan\'s key in the billing file' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from change" -l price -d 'Which price: its key in the billing file, how often it is paid (`yearly`), its lookup key, or its id' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from change" -l quantity -d 'How many [default: as many as now]' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from change" -l from-price -d 'Which of several prices changes: its key in the billing file (`pro.monthly`), its lookup key, or its id' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from change" -l proration -d 'What becomes of the rest of the current period [default: create]' -r -f -a "create\t'What was paid is set off on the next invoice, and the rest of the period charged there'
none\t'Nothing: the new price counts from the next period on'
always_invoice\t'The same as `create`, billed at once'"
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from change" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from change" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from change" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from change" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from change" -l at-period-end -d 'Change it when the current period ends'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from change" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from change" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from change" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from change" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from change" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from change" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from change" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from cancel" -l feedback -d 'Why, in one of Stripe\'s words' -r -f -a "customer_service\t''
low_quality\t''
missing_features\t''
other\t''
switched_service\t''
too_complex\t''
too_expensive\t''
unused\t''"
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from cancel" -l refund -d 'What goes back of what was paid for the current period [default: none]' -r -f -a "prorated\t'The share of the time that was paid for and is not used'
full\t'All that was paid for the current period'
none\t'Nothing'"
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from cancel" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from cancel" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from cancel" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from cancel" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from cancel" -l now -d 'It ends at once'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from cancel" -l at-period-end -d 'It goes on to the end of the period that is paid'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from cancel" -l invoice-now -d 'Bill at once what was used and not billed yet'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from cancel" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from cancel" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from cancel" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from cancel" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from cancel" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from cancel" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from cancel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from resume" -l what -d 'Only lift this, where it is paused and is to end as well' -r -f -a "pause\t'Collect again'
cancellation\t'Don\'t end'"
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from resume" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from resume" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from resume" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from resume" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from resume" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from resume" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from resume" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from resume" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from resume" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from resume" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from resume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from pause" -l behavior -d 'What becomes of the invoices meanwhile' -r -f -a "keep_as_draft\t'They wait, and are collected later if somebody finalizes them'
mark_uncollectible\t'The service goes on, and is a gift'
void\t'The service is withheld, and nothing is owed'"
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from pause" -l until -d 'When it goes on by itself: 2027-01-01, 2027-01-01T12:00:00Z, or 30d from now [default: when it is resumed]' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from pause" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from pause" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from pause" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from pause" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from pause" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from pause" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from pause" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from pause" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from pause" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from pause" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from pause" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -l plan -d 'The plan\'s key in the billing file' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -l price -d 'Which price: its key in the billing file, how often it is paid (`yearly`), its lookup key, or its id' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -l quantity -d 'How many [default: as many as now]' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -l from-price -d 'Which of several prices changes: its key in the billing file (`pro.monthly`), its lookup key, or its id' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -l at -d 'When: 2027-01-01, 2027-01-01T12:00:00Z, or 30d from now' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -l proration -d 'What becomes of the rest of the period that the change falls into [default: create]' -r -f -a "create\t'What was paid is set off on the next invoice, and the rest of the period charged there'
none\t'Nothing: the new price counts from the next period on'
always_invoice\t'The same as `create`, billed at once'"
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -l drop -d 'Drop what is scheduled: the subscription stays as it is'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from schedule" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -l from-price -d 'The price that they leave: its id, its lookup key, or its key in the billing file (`pro.monthly`)' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -l to-price -d 'The price that they get' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -l undo -d 'Move back what this file of results says was moved' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -l proration -d 'What becomes of the rest of the current periods' -r -f -a "create\t'What was paid is set off on the next invoice, and the rest of the period charged there'
none\t'Nothing: the new price counts from the next period on'
always_invoice\t'The same as `create`, billed at once'"
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -l per-second -d 'At most so many a second' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -l limit -d 'At most so many in all' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -l results -d 'Where it is written what became of each [default: .billctl/PROFILE/migrations/FROM-TO.jsonl]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand subscription; and __fish_seen_subcommand_from migrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and not __fish_seen_subcommand_from list" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and not __fish_seen_subcommand_from list" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and not __fish_seen_subcommand_from list" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and not __fish_seen_subcommand_from list" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and not __fish_seen_subcommand_from list" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and not __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and not __fish_seen_subcommand_from list" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and not __fish_seen_subcommand_from list" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and not __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and not __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and not __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and not __fish_seen_subcommand_from list" -f -a "list" -d 'List transactions, the newest first'
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -l subject -d 'Only those of this subject or customer' -r
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -l type -d 'Only those of this type; may be repeated' -r
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -l status -d 'Only those with this status; may be repeated' -r
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -l since -d 'Only those from this time on: 2026-11-01, 2026-11-01T12:00:00Z, 90m, 7d' -r
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -l until -d 'Only those before this time' -r
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -s n -l limit -d 'At most so many' -r
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -l oldest-first -d 'The oldest first'
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand transactions; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -f -a "record" -d 'Record what a subject used'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -f -a "import" -d 'Record a file of usage: all of it, or nothing'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -f -a "push" -d 'Tell Stripe\'s meters what was recorded, each record once'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -f -a "reconcile" -d 'Compare what was recorded with what Stripe\'s meters counted'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -f -a "check" -d 'Ask whether a subject may use so much more (exit code 4 if not), and record nothing'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -f -a "show" -d 'Show what a subject uses of all that its plan limits or that was recorded'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -f -a "reserve" -d 'Hold an estimate before a task, if the limit allows it (exit code 4 if not)'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -f -a "commit" -d 'Record what a task really took, and let go of what was held for it'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and not __fish_seen_subcommand_from record import push reconcile check show reserve commit release" -f -a "release" -d 'Let go of what is held for a task that used nothing'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -s n -l quantity -d 'How much, as a whole number [default: 1]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -l unit -d 'Units that the plan has a rate for, such as token=1200 or minute=90.5s; their cost is what counts. Repeatable' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -l cost -d 'What it costs, such as "0.12 usd"' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -l at -d 'When it was used [default: now]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -l dim -d 'What reports can be told apart by, such as agent=writer. Repeatable' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -l key -d 'Counts once, however often it is repeated with this key [default: a new one each time]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -l corrects -d 'Take back the record with this key, or as much of it as `--quantity` or `--cost` says' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -l enforce -d 'Record it only if the limit allows it now; not with an `--at` that counts in another time'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from record" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from import" -l format -d 'What is in it [default: what its name says; of stdin, what it looks like]' -r -f -a "csv\t''
jsonl\t''"
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from import" -l results -d 'A CSV file of the rows that were refused, each with its line and why' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from import" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from import" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from import" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from import" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from import" -l continue -d 'Record what can be recorded, step by step, and write the others to `--results`'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from import" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from import" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from import" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from import" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from import" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from push" -l metric -d 'Only this meter of the catalog. Repeatable' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from push" -l unsure -d 'Also what was begun so long ago that nobody knows whether Stripe has it: send it again, or take it as sent' -r -f -a "lost\t'It is not there: send it again'
sent\t'It is there: send it no more'"
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from push" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from push" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from push" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from push" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from push" -l stream -d 'By the hundred on Stripe\'s stream of meter events, which looks at them afterwards [default: where more than 100,000 wait]'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from push" -l retry -d 'Also what was refused before, as new events'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from push" -l status -d 'Send nothing: show how many records are in which state'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from push" -l rejected -d 'Send nothing: list the records that were refused, each with why'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from push" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from push" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from push" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from push" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from push" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from push" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from push" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reconcile" -l metric -d 'Only this meter of the catalog. Repeatable' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reconcile" -l subject -d 'Only this subject' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reconcile" -l from -d 'From when on [default: the 1st of this month, in UTC]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reconcile" -l to -d 'Up to when [default: the end of this day, in UTC]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reconcile" -l by -d 'Hour by hour or day by day, rather than all of it as one' -r -f -a "hour\t''
day\t''"
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reconcile" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reconcile" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reconcile" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reconcile" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reconcile" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reconcile" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reconcile" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reconcile" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reconcile" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reconcile" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reconcile" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from check" -s n -l quantity -d 'How much, as a whole number [default: 1]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from check" -l unit -d 'Units that the plan has a rate for, such as token=1200 or minute=90.5s; their cost is what counts. Repeatable' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from check" -l cost -d 'What it costs, such as "0.12 usd"' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from check" -l checkout -d 'Where it is refused, make a link to the next plan that allows it, or to this one' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from check" -l pack -d 'Where it is refused, make a link to buy this pack' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from check" -l var -d 'A value for the links\' templates; may be repeated' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from check" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from check" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from check" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from check" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from check" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from check" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from check" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from check" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from show" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from show" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from show" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from show" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from show" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from show" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from show" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from show" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reserve" -s n -l quantity -d 'How much, as a whole number [default: 1]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reserve" -l unit -d 'Units that the plan has a rate for, such as token=1200 or minute=90.5s; their cost is what counts. Repeatable' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reserve" -l cost -d 'What it costs, such as "0.12 usd"' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reserve" -l key -d 'What the reservation is settled by, and held once under' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reserve" -l expires -d 'How long it is held if nobody settles it, such as 15m or 2h' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reserve" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reserve" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reserve" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reserve" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reserve" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reserve" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reserve" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reserve" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reserve" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reserve" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from reserve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from commit" -s n -l quantity -d 'How much, as a whole number [default: 1]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from commit" -l unit -d 'Units that the plan has a rate for, such as token=1200 or minute=90.5s; their cost is what counts. Repeatable' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from commit" -l cost -d 'What it costs, such as "0.12 usd"' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from commit" -l dim -d 'What reports can be told apart by, such as agent=writer. Repeatable' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from commit" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from commit" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from commit" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from commit" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from commit" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from commit" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from commit" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from commit" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from commit" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from commit" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from commit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from release" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from release" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from release" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from release" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from release" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from release" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from release" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from release" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from release" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from release" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand usage; and __fish_seen_subcommand_from release" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -f -a "listen" -d 'Receive webhooks: verify, store, answer, apply to the mirror; until stopped'
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -f -a "list" -d 'List the events that are stored, and what the mirror did with each'
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -f -a "show" -d 'Show a stored event: its object, what changed (old → new), and what the mirror did with it'
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -f -a "pull" -d 'Read the events that Stripe has since the last pull, store them and apply them to the mirror'
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -f -a "replay" -d 'Send events once more, freshly signed, to a URL, or apply them to the mirror once more'
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -f -a "trigger" -d 'Make an event happen on the emulator, or in test mode, by the requests that lead to it'
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -f -a "verify" -d 'Check a webhook\'s body against its Stripe-Signature header, and say exactly why it fails'
complete -c billctl -n "__fish_billctl_using_subcommand events; and not __fish_seen_subcommand_from listen list show pull replay trigger verify sign" -f -a "sign" -d 'Sign a body as Stripe does, and print the Stripe-Signature header'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -l port -d 'The port; 0 takes any that is free' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -l host -d 'The address to listen on; 0.0.0.0 is every one of this machine\'s' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -l path -d 'The path that events are posted to' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -l webhook-secret-file -d 'A file with the signing secret (whsec_…); may be repeated [default: STRIPE_WEBHOOK_SECRET, the profile\'s, the emulator\'s own]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -l tolerance -d 'How many seconds a signature may be old, or from the future; 0 allows any age' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -l forward-to -d 'Pass every event on to this address, byte for byte' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -l poll -d 'Read events from Stripe, too, every so many seconds: for a machine that no webhook can reach' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from listen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -l type -d 'Only this type, or all that fit a pattern: invoice.paid, \'invoice.*\'; may be repeated' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -l object -d 'Only events about this object: in_…, sub_…' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -l customer -d 'Only events of this customer: cus_…' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -l subject -d 'Only events of the customers that belong to this subject of yours' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -l since -d 'Only events from this time on: 2026-11-01, 2026-11-01T12:00:00Z, 90m, 7d' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -l until -d 'Only events before this time' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -l status -d 'Only events that the mirror did this with' -r -f -a "applied\t'Its object is in the mirror as the event tells it, or newer'
older\t'The mirror knew something newer of its object already'
kept\t'It is stored, and there is nothing in it to apply'
failed\t'It could not be applied, and is tried again'
waiting\t'It is stored, and waits to be applied'"
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -s n -l limit -d 'At most so many' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -l failed -d 'Only events that could not be applied: short for `--status failed`'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -l oldest-first -d 'The oldest first'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from show" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from show" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from show" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from show" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from show" -l raw -d 'Print the event\'s very bytes, as Stripe sent them, and nothing else'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from show" -l resolve -d 'Fetch the object that a thin event names, and the event that tells the same in full'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from show" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from show" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from show" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from show" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from pull" -l since -d 'Read again from this time on, if that is before the last pull: 2026-11-01, 2026-11-01T12:00:00Z, 90m, 7d' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from pull" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from pull" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from pull" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from pull" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from pull" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from pull" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from pull" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from pull" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from pull" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from pull" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from pull" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l to -d 'Where to: your application\'s webhook endpoint' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l type -d 'Only this type, or all that fit a pattern: invoice.paid, \'invoice.*\'; may be repeated' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l object -d 'Only events about this object: in_…, sub_…' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l customer -d 'Only events of this customer: cus_…' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l subject -d 'Only events of the customers that belong to this subject of yours' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l since -d 'Only events from this time on: 2026-11-01, 2026-11-01T12:00:00Z, 90m, 7d' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l until -d 'Only events before this time' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l status -d 'Only events that the mirror did this with' -r -f -a "applied\t'Its object is in the mirror as the event tells it, or newer'
older\t'The mirror knew something newer of its object already'
kept\t'It is stored, and there is nothing in it to apply'
failed\t'It could not be applied, and is tried again'
waiting\t'It is stored, and waits to be applied'"
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l file -d 'The events of this file, not the stored ones: one event, one a line, or a list; may be repeated' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -s n -l limit -d 'At most so many' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l seed -d 'The random order that follows from this number' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l pace -d 'At most so many events a second' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l parallel -d 'How many may be under way at once; more than one gives up their order' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l retries -d 'How often an event that is not taken is sent again' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l timeout -d 'How long the endpoint may take for an answer' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l webhook-secret-file -d 'A file with the endpoint\'s signing secret (whsec_…); may be repeated [default: STRIPE_WEBHOOK_SECRET, the profile\'s, the emulator\'s own]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l results -d 'Write each event\'s result to this file, one JSON object a line' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l mirror -d 'Apply them to the mirror; what is not stored yet is stored first'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l failed -d 'Only events that could not be applied: short for `--status failed`'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l pull -d 'The events that Stripe has now, not the stored ones'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l shuffle -d 'In a random order'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from replay" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from trigger" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from trigger" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from trigger" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from trigger" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from trigger" -l list -d 'List the types that can be triggered'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from trigger" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from trigger" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from trigger" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from trigger" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from trigger" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from trigger" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from trigger" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from verify" -l body -d 'The file with the raw body as it was received; `-` reads stdin' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from verify" -l header -d 'The Stripe-Signature header that came with it' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from verify" -l webhook-secret-file -d 'A file with the signing secret (whsec_…); may be repeated [default: STRIPE_WEBHOOK_SECRET, the profile\'s, the emulator\'s own]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from verify" -l tolerance -d 'How many seconds the signature may be old, or from the future; 0 allows any age' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from verify" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from verify" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from verify" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from verify" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from verify" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from verify" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from verify" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from verify" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from sign" -l body -d 'The file with the body as it will be sent; `-` reads stdin' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from sign" -l webhook-secret-file -d 'A file with the signing secret (whsec_…); may be repeated [default: STRIPE_WEBHOOK_SECRET, the profile\'s, the emulator\'s own]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from sign" -l at -d 'When it is signed [default: now]' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from sign" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from sign" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from sign" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from sign" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from sign" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from sign" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from sign" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from sign" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from sign" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from sign" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand events; and __fish_seen_subcommand_from sign" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -f -a "balance" -d 'Show what a subject can spend, and what of it expires when'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -f -a "grant" -d 'Give a subject credits, or with --money an amount in Stripe'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -f -a "deduct" -d 'Take credits for what was used, if the balance covers it (exit code 4 if not)'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -f -a "adjust" -d 'Set a balance right by hand: add credits or remove them'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -f -a "set" -d 'Bring a balance to a number, if it is what you expect it to be now'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -f -a "reverse" -d 'Undo an entry by another one'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -f -a "expire" -d 'Book the expiry of all credits whose day has come'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -f -a "history" -d 'Show what was booked for a subject, with the balance after each entry'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -f -a "settle" -d 'Book the credits of paid packs that the mirror knows of and no event told of'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -f -a "approve" -d 'Approve what somebody else asked for, and book it'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -f -a "decline" -d 'Turn down what somebody asked for, or withdraw what you asked for'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -f -a "proposals" -d 'Show the bookings that wait for a second person'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -f -a "import" -d 'Book a file of adjustments: all of it, or nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -f -a "export" -d 'Write entries for other programs, with the hashes that prove them'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -f -a "verify" -d 'Prove the ledger: no entry was changed or removed, and every sum is right (exit code 3 if not)'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -f -a "money" -d 'Show the money that a subject has in Stripe: the customer\'s balance, billing credits, and what was given from here'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and not __fish_seen_subcommand_from balance grant deduct adjust set reverse expire history settle approve decline proposals import export verify money void" -f -a "void" -d 'Take back money that was given in Stripe: billing credits of which nothing is used, or a balance'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from balance" -l kind -d 'The kind of credits' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from balance" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from balance" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from balance" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from balance" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from balance" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from balance" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from balance" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from balance" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from balance" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from balance" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from balance" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -l expires -d 'When they expire: a date (2027-01-31), a time, or a duration (90d) [default: never]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -l money -d 'Give money in Stripe instead of credits of the ledger, such as 20.00usd' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -l as -d 'As the customer\'s balance, which their next invoices use up, or as billing credits for metered prices' -r -f -a "balance\t''
grant\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -l customer -d 'The customer in Stripe [default: the one that the subject is linked to]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -l category -d 'Billing credits are `promotional` or `paid` [default: promotional]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -l priority -d 'Which billing credits are used up first: 0 before 100 [default: 50]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -l price -d 'Billing credits for this metered price alone; may be repeated [default: all metered prices]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -l name -d 'A name that the customer sees on invoices' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -l key -d 'Books once, however often it is repeated with this key [default: a new one each time]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -l reference -d 'What it follows from: a ticket, an invoice, a session' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -l kind -d 'The kind of credits' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from grant" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from deduct" -l key -d 'Books once, however often it is repeated with this key [default: a new one each time]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from deduct" -l reference -d 'What it follows from: a ticket, an invoice, a session' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from deduct" -l kind -d 'The kind of credits' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from deduct" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from deduct" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from deduct" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from deduct" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from deduct" -l allow-partial -d 'Take what there is if that is less, but more than nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from deduct" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from deduct" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from deduct" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from deduct" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from deduct" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from deduct" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from deduct" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from adjust" -l add -d 'Add so many credits' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from adjust" -l remove -d 'Remove so many credits; refused where there are fewer' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from adjust" -l key -d 'Books once, however often it is repeated with this key [default: a new one each time]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from adjust" -l reference -d 'What it follows from: a ticket, an invoice, a session' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from adjust" -l kind -d 'The kind of credits' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from adjust" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from adjust" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from adjust" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from adjust" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from adjust" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from adjust" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from adjust" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from adjust" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from adjust" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from adjust" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from adjust" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from set" -l expect -d 'What it is now' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from set" -l key -d 'Books once, however often it is repeated with this key [default: a new one each time]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from set" -l reference -d 'What it follows from: a ticket, an invoice, a session' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from set" -l kind -d 'The kind of credits' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from set" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from set" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from set" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from set" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from set" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from set" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from set" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from set" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from reverse" -l key -d 'Books once, however often it is repeated with this key [default: reverse:ENTRY]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from reverse" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from reverse" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from reverse" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from reverse" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from reverse" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from reverse" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from reverse" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from reverse" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from reverse" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from reverse" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from reverse" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from expire" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from expire" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from expire" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from expire" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from expire" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from expire" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from expire" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from expire" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from expire" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from expire" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from expire" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from history" -l kind -d 'Only this kind of credits [default: all kinds]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from history" -l type -d 'Only entries of this type: grant, purchase, monthly_grant, deduction, expiry, adjustment, reversal, refund' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from history" -l since -d 'Only what was booked at or after this date or time, or in the last such duration (30d)' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from history" -l until -d 'Only what was booked before this date or time' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from history" -l limit -d 'The newest so many' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from history" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from history" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from history" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from history" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from history" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from history" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from history" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from history" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from history" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from history" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from history" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from settle" -l since -d 'Payments since this date or time, or so long ago (30d) [default: since the first event that is stored]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from settle" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from settle" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from settle" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from settle" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from settle" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from settle" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from settle" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from settle" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from settle" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from settle" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from settle" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from approve" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from approve" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from approve" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from approve" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from approve" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from approve" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from approve" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from approve" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from approve" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from approve" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from approve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from decline" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from decline" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from decline" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from decline" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from decline" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from decline" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from decline" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from decline" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from decline" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from decline" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from decline" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from proposals" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from proposals" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from proposals" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from proposals" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from proposals" -l all -d 'Those too that were decided, or that nobody approved in time'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from proposals" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from proposals" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from proposals" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from proposals" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from proposals" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from proposals" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from proposals" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from import" -l format -d 'What is in it [default: what its name says; of stdin, what it looks like]' -r -f -a "csv\t''
jsonl\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from import" -l results -d 'A CSV file that says of each row: booked, booked before, waiting or refused, and why' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from import" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from import" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from import" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from import" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from import" -l continue -d 'Book what can be booked, and write what became of each row to `--results`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from import" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from import" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from import" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from import" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from import" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -l subject -d 'Only this subject\'s entries [default: all subjects]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -l kind -d 'Only this kind of credits [default: all kinds]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -l type -d 'Only entries of this type: grant, purchase, monthly_grant, deduction, expiry, adjustment, reversal, refund' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -l since -d 'Only what was booked at or after this date or time, or in the last such duration (30d)' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -l until -d 'Only what was booked before this date or time' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -l out -d 'The file; one that is there is replaced in one piece' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -l format -d 'What to write [default: what the file\'s name or `--output` says, else csv]' -r -f -a "csv\t''
jsonl\t''
json\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from verify" -l expect-hash -d 'A last hash that this, or `credits export`, printed before: 64 digits' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from verify" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from verify" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from verify" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from verify" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from verify" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from verify" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from verify" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from verify" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from money" -l customer -d 'The customer in Stripe [default: the one that the subject is linked to]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from money" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from money" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from money" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from money" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from money" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from money" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from money" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from money" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from money" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from money" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from money" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from void" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from void" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from void" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from void" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from void" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from void" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from void" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from void" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from void" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from void" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand credits; and __fish_seen_subcommand_from void" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -f -a "summary" -d 'Show on one page how it goes: yesterday, beside the day before'
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -f -a "revenue" -d 'Show what came in, what went back, and what is left'
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -f -a "mrr" -d 'Show monthly recurring revenue, and what moved it'
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -f -a "churn" -d 'Show how many customers left, and how much recurring revenue went with them'
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -f -a "payments" -d 'Show how many payments succeed, why others fail, and how many checkouts are completed'
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -f -a "plans" -d 'Show who is on which plan now, what each brings, and how many trials became customers'
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -f -a "credits" -d 'Show credits sold, granted, spent and expired, and what a subject had on average'
complete -c billctl -n "__fish_billctl_using_subcommand report; and not __fish_seen_subcommand_from summary revenue mrr churn payments plans credits usage" -f -a "usage" -d 'Show what was used: by subject, plan, metric, time or dimension'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from summary" -l from -d 'From this day or time on, or from the day so long ago (90d) [default: yesterday]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from summary" -l to -d 'Before this day or time [default: today]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from summary" -l timezone -d 'The IANA time zone that days are of [default: `reports.time_zone` of billing.toml, else UTC]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from summary" -l html -d 'Write the report also as a page with charts: one file that loads nothing' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from summary" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from summary" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from summary" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from summary" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from summary" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from summary" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from summary" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from summary" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from summary" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from summary" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from summary" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from summary" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -l from -d 'From this day or time on, or from the day so long ago (90d) [default: the first of this month]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -l to -d 'Before this day or time [default: the end of this month]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -l timezone -d 'The IANA time zone that days, weeks and months are of [default: `reports.time_zone` of billing.toml, else UTC]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -l by -d 'A line a day, week or month, or a line a plan' -r -f -a "day\t''
week\t''
month\t''
plan\t''"
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -l subject -d 'Only what this subject or customer spent' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -l html -d 'Write the report also as a page with charts: one file that loads nothing' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -l explain -d 'Name the charges, refunds and disputes behind the figures'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from revenue" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -l from -d 'From this day or time on, or from the day so long ago (90d) [default: the first of the month eleven months ago]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -l to -d 'Before this day or time [default: the end of this month]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -l timezone -d 'The IANA time zone that days, weeks and months are of [default: `reports.time_zone` of billing.toml, else UTC]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -l by -d 'A line a day, week or month' -r -f -a "day\t''
week\t''
month\t''"
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -l html -d 'Write the report also as a page with charts: one file that loads nothing' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -l explain -d 'Name the movements behind the figures, with their customers and subscriptions'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from mrr" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -l from -d 'From this day or time on, or from the day so long ago (90d) [default: the first of the month eleven months ago]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -l to -d 'Before this day or time [default: the end of this month]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -l timezone -d 'The IANA time zone that days, weeks and months are of [default: `reports.time_zone` of billing.toml, else UTC]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -l by -d 'A line a day, week or month' -r -f -a "day\t''
week\t''
month\t''"
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -l html -d 'Write the report also as a page with charts: one file that loads nothing' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -l explain -d 'Name the movements behind the figures, with their customers and subscriptions'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from churn" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -l from -d 'From this day or time on, or from the day so long ago (90d) [default: the first of this month]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -l to -d 'Before this day or time [default: the end of this month]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -l timezone -d 'The IANA time zone that days, weeks and months are of [default: `reports.time_zone` of billing.toml, else UTC]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -l by -d 'A line a day, week or month' -r -f -a "day\t''
week\t''
month\t''"
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -l html -d 'Write the report also as a page with charts: one file that loads nothing' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -l explain -d 'Name the attempts and the checkouts behind the figures'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from payments" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -l from -d 'From this day or time on, or from the day so long ago (90d) [default: the first of this month]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -l to -d 'Before this day or time [default: the end of this month]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -l timezone -d 'The IANA time zone that days, weeks and months are of [default: `reports.time_zone` of billing.toml, else UTC]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -l by -d 'A line a plan, or a line a price' -r -f -a "plan\t''
price\t''"
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -l html -d 'Write the report also as a page with charts: one file that loads nothing' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -l explain -d 'Name the subscriptions and the trials behind the figures'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from plans" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from credits" -l from -d 'From this day on, or how long ago (90d) [default: the first of this month]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from credits" -l to -d 'Before this day [default: up to today, with it]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from credits" -l by -d 'A line a day or a month' -r -f -a "day\t''
month\t''"
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from credits" -l kind -d 'Only this kind of credits [default: all kinds]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from credits" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from credits" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from credits" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from credits" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from credits" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from credits" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from credits" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from credits" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from credits" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from credits" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from credits" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -l from -d 'From this day or time on, or from the day so long ago (90d) [default: the first of this month]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -l to -d 'Before this day or time [default: the end of this month]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -l timezone -d 'The IANA time zone that days, weeks and months are of [default: `reports.time_zone` of billing.toml, else UTC]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -l by -d 'A line for each: metric, subject, plan, day, week, month, or the values of a dimension, such as agent' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -l subject -d 'Only this subject, or customer by its id. Repeatable' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -l metric -d 'Only this metric. Repeatable' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -l plan -d 'Only subjects that have this plan now. Repeatable' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -l over -d 'Instead: who has used so many percent of a limit, as it counts now' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -l explain -d 'Instead: the records behind a line, named as the report names it; behind all lines without a name' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -s n -l limit -d 'No more lines of a metric than this [default: 25 in a table and on a page, all in other formats]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -l html -d 'Write the report also as a page with charts: one file that loads nothing' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand report; and __fish_seen_subcommand_from usage" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and not __fish_seen_subcommand_from check" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and not __fish_seen_subcommand_from check" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and not __fish_seen_subcommand_from check" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and not __fish_seen_subcommand_from check" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and not __fish_seen_subcommand_from check" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and not __fish_seen_subcommand_from check" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and not __fish_seen_subcommand_from check" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and not __fish_seen_subcommand_from check" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and not __fish_seen_subcommand_from check" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and not __fish_seen_subcommand_from check" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and not __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and not __fish_seen_subcommand_from check" -f -a "check" -d 'Check the thresholds of billing.toml (exit code 3 where one is crossed), and tell of each crossing once'
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and __fish_seen_subcommand_from check" -l limit -d 'Name so many subjects or objects of each' -r
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and __fish_seen_subcommand_from check" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and __fish_seen_subcommand_from check" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and __fish_seen_subcommand_from check" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and __fish_seen_subcommand_from check" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and __fish_seen_subcommand_from check" -l fresh -d 'Read new events from Stripe first'
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and __fish_seen_subcommand_from check" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and __fish_seen_subcommand_from check" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and __fish_seen_subcommand_from check" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and __fish_seen_subcommand_from check" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand alerts; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and not __fish_seen_subcommand_from start env pay advance status reset" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and not __fish_seen_subcommand_from start env pay advance status reset" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and not __fish_seen_subcommand_from start env pay advance status reset" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and not __fish_seen_subcommand_from start env pay advance status reset" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and not __fish_seen_subcommand_from start env pay advance status reset" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and not __fish_seen_subcommand_from start env pay advance status reset" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and not __fish_seen_subcommand_from start env pay advance status reset" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and not __fish_seen_subcommand_from start env pay advance status reset" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and not __fish_seen_subcommand_from start env pay advance status reset" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and not __fish_seen_subcommand_from start env pay advance status reset" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and not __fish_seen_subcommand_from start env pay advance status reset" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and not __fish_seen_subcommand_from start env pay advance status reset" -f -a "start" -d 'Serve the project\'s emulator on its own port until stopped'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and not __fish_seen_subcommand_from start env pay advance status reset" -f -a "env" -d 'Print the running emulator\'s address, key and webhook secret as `NAME=value` lines, or write them to a file'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and not __fish_seen_subcommand_from start env pay advance status reset" -f -a "pay" -d 'Pay a checkout session of the emulator with a test card, as a person does on its page'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and not __fish_seen_subcommand_from start env pay advance status reset" -f -a "advance" -d 'Move the emulator\'s time ahead, and show what happened on the way'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and not __fish_seen_subcommand_from start env pay advance status reset" -f -a "status" -d 'Show whether the project\'s emulator is being served, and what it holds'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and not __fish_seen_subcommand_from start env pay advance status reset" -f -a "reset" -d 'Delete everything that the project\'s emulator holds; its address, keys and account stay'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -l port -d 'The port on 127.0.0.1; 0 takes any that is free' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -l latency -d 'How long every request takes at least' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -l limit -d 'Requests a second in all, before the next gets a 429' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -l endpoint-limit -d 'Requests a second for each endpoint, before the next gets a 429' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -l meter-limit -d 'Meter events a second, which then count for neither of the limits, as in live mode' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -l forward-to -d 'Send every event to this URL, signed with the webhook secret that is printed' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -l allow-host -d 'Send events to this host too; others than this machine are left out' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -l retry-after -d 'How long after each failed delivery of an event the next try is made; after the last there is none' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -l fault -d 'What goes wrong: `METHOD ROUTE[:option…]:FAULT` or `DELIVER EVENT_TYPE[:option…]:FAULT`' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -l record -d 'Append every exchange to this file, one JSON document a line; keys are left out' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from start" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from env" -l write -d 'Set the lines in this file, and keep its other lines as they are' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from env" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from env" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from env" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from env" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from env" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from env" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from env" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from env" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from env" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from env" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from env" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from pay" -l card -d 'The test card: its number, or Stripe\'s name for it, such as pm_card_visa' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from pay" -l email -d 'Who pays, where the session does not say; without it the address of its customer, else buyer@example.com' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from pay" -l name -d 'The name on the card' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from pay" -l bank -d 'What comes of it where the customer\'s bank asks the customer' -r -f -a "accepts\t''
refuses\t''"
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from pay" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from pay" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from pay" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from pay" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from pay" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from pay" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from pay" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from pay" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from pay" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from pay" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from pay" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from advance" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from advance" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from advance" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from advance" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from advance" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from advance" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from advance" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from advance" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from advance" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from advance" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from advance" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from status" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from status" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from status" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from status" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from status" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from status" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from status" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from status" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from reset" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from reset" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from reset" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from reset" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from reset" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from reset" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from reset" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from reset" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from reset" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from reset" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand emulator; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -f -a "backfill" -d 'Read everything that Stripe has into the mirror'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -f -a "update" -d 'Bring the mirror up to date with what happened in Stripe'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -f -a "verify" -d 'Compare the mirror with Stripe, object by object'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -f -a "status" -d 'Show what the mirror holds, how fresh it is, and what is missing'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -f -a "query" -d 'Ask the mirror in SQL, which can read and nothing else'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -f -a "rebuild" -d 'Make the mirror\'s tables anew from the stored events and what was fetched'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -f -a "backup" -d 'Copy books and mirror as they are now, while events go on coming in'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and not __fish_seen_subcommand_from backfill update verify status query rebuild backup export" -f -a "export" -d 'Write the mirror\'s tables as CSV, JSON lines or Parquet'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backfill" -l kind -d 'Read only this kind of object, as its `object` field has it (customer, checkout.session); may be repeated' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backfill" -l parallel -d 'The most requests under way at once' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backfill" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backfill" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backfill" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backfill" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backfill" -l per-customer -d 'Also read what Stripe lists customer by customer only: payment methods, balance transactions, entitlements'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backfill" -l restart -d 'Begin anew where an earlier backfill is unfinished'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backfill" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backfill" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backfill" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backfill" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backfill" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backfill" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backfill" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from update" -l parallel -d 'The most requests under way at once' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from update" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from update" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from update" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from update" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from update" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from update" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from update" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from update" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from update" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from update" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from update" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l sample -d 'Compare only so many objects of the mirror, chosen at random' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l parallel -d 'The most requests under way at once' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from verify" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l repair -d 'Keep Stripe\'s version of each object that differs'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from verify" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from status" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from status" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from status" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from status" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from status" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from status" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from status" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from status" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from query" -l file -d 'Read the statement from a file' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from query" -l limit -d 'At most this many rows' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from query" -l timeout -d 'Give up after this many seconds' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from query" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from query" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from query" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from query" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from query" -l tables -d 'List the tables with their columns'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from query" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from query" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from query" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from query" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from query" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from query" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from query" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backup" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backup" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backup" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backup" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backup" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backup" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backup" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backup" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backup" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backup" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from backup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from export" -l out -d 'The folder for the files, one a table' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from export" -l format -d 'What to write' -r -f -a "csv\t''
jsonl\t''
parquet\t''"
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from export" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from export" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from export" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from export" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from export" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from export" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from export" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from export" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand mirror; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c billctl -n "__fish_billctl_using_subcommand completions" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand completions" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand completions" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand completions" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand completions" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand completions" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand completions" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand completions" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand completions" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand completions" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand completions" -s h -l help -d 'Print help'
complete -c billctl -n "__fish_billctl_using_subcommand man" -l out -d 'Write a page for every command into this folder' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand man" -l config -d 'The billing file [env: BILLCTL_CONFIG] [default: billing.toml here or in the nearest parent folder]' -r -F
complete -c billctl -n "__fish_billctl_using_subcommand man" -l profile -d 'The profile to use [env: BILLCTL_PROFILE] [default: the file\'s default_profile, else emulator]' -r
complete -c billctl -n "__fish_billctl_using_subcommand man" -s o -l output -d 'How the result is written: table, json, jsonl or csv [env: BILLCTL_OUTPUT] [default: table]' -r -f -a "table\t''
json\t''
jsonl\t''
csv\t''"
complete -c billctl -n "__fish_billctl_using_subcommand man" -l reason -d 'Why this is done; kept with the change, and required where the policy says so' -r
complete -c billctl -n "__fish_billctl_using_subcommand man" -l json -d 'Short for `--output json`'
complete -c billctl -n "__fish_billctl_using_subcommand man" -s y -l yes -d 'Answer every confirmation with yes; needed where stdin is no terminal'
complete -c billctl -n "__fish_billctl_using_subcommand man" -l live -d 'Say that a live key is meant; without it a live key is refused'
complete -c billctl -n "__fish_billctl_using_subcommand man" -l dry-run -d 'Show what would be sent or stored, and change nothing'
complete -c billctl -n "__fish_billctl_using_subcommand man" -s q -l quiet -d 'Say less: no progress, no hints'
complete -c billctl -n "__fish_billctl_using_subcommand man" -s v -l verbose -d 'Say more on stderr; `-vv` logs each request, never a secret'
complete -c billctl -n "__fish_billctl_using_subcommand man" -s h -l help -d 'Print help'
