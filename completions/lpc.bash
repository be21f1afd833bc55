# Completion of lpc for bash.
_lpc() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command="" word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) ;; *) command=$word; break ;; esac
  done
  COMPREPLY=()
  if [ -z "$command" ]; then
    mapfile -t COMPREPLY < <(compgen -W "compile check fmt explain introspect pull diff lint plan verify show apply rollback history status drift purge
      --help --version --quiet --color --no-color" -- "$cur")
    return
  fi
  case $prev in
    --emit) mapfile -t COMPREPLY < <(compgen -W "catalog sql ast tokens module hash" -- "$cur"); return ;;
    --split) mapfile -t COMPREPLY < <(compgen -W "file schema object" -- "$cur"); return ;;
    --format)
      case $command in
        pull) word="lp sql" ;;
        show) word="text html markdown sql json" ;;
        *) word="text json sarif github" ;;
      esac
      mapfile -t COMPREPLY < <(compgen -W "$word" -- "$cur"); return ;;
    --allow) mapfile -t COMPREPLY < <(compgen -W "all" -- "$cur"); return ;;
    --url | --shadow-url | --schema | --manage | --lock-timeout | --attempts | --plan) return ;;
    --pg-bindir) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); compopt -o filenames; return ;;
  esac
  if [[ $cur == -* ]]; then
    local connection="--url --shadow-url --pg-bindir" planning="--from --manage --direct --renames --with-data --keep-data --allow-unmodelled" hazards="--allow --no-preflight --preflight-timeout" execution="--yes --dry-run --lock-timeout --attempts"
    local reports="--html --markdown --sql --reverse-sql"
    local options="--help --quiet --color --no-color"
    case $command in
      compile) options+=" --emit --output" ;;
      check) options+=" --format" ;;
      fmt) options+=" --write --check" ;;
      introspect) options+=" --schema --hash --output --json $connection" ;;
      pull) options+=" --schema --output --split --format --allow-unmodelled $connection" ;;
      diff) options+=" --exit-code --json $connection" ;;
      lint) options+=" --base --allow --in-transaction --format --json $connection" ;;
      plan) options+=" --output $reports --exit-code --no-sql --json $planning $hazards $connection" ;;
      verify) options+=" --output $reports --with-data --no-sql --json $hazards $connection" ;;
      show) options+=" --format --output --reverse --no-sql --json" ;;
      apply) options+=" --json $planning $hazards $execution $connection" ;;
      rollback) options+=" --json $hazards $execution $connection" ;;
      history | status) options+=" --json $connection" ;;
      purge) options+=" --plan --json $execution $connection" ;;
      drift) options+=" --exit-code --json $connection" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
    return
  fi
  case $command in
    explain) mapfile -t COMPREPLY < <(compgen -W "LP" -- "$cur"); compopt -o nospace ;;
    rollback | history | status | drift | purge) ;;
    *) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); compopt -o filenames ;;
  esac
}
complete -F _lpc lpc
