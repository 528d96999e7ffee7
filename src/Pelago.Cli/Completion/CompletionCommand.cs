// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;

namespace Pelago.Cli.Completion;

/// <summary>
/// <c>pelago completion SHELL</c>: a script that asks <c>pelago</c> itself (<see cref="CompleteCommand"/>), so that what is offered never differs
/// from what is accepted, and clusters are offered by name.
/// </summary>
internal static class CompletionCommand
{
    // ${COMP_WORDS[0]} rather than pelago: what completes ./pelago is that ./pelago. Without an answer bash offers files (-o default).
    private const string Bash = """
        # bash completion for pelago: source <(pelago completion bash)
        _pelago() {
          local line current=${COMP_WORDS[COMP_CWORD]}
          [[ $current == "=" ]] && current=
          COMPREPLY=()
          while IFS= read -r line; do
            printf -v line %q "${line%%$'\t'*}"
            COMPREPLY+=("$line")
          done < <("${COMP_WORDS[0]}" __complete -- "${COMP_WORDS[@]:1:COMP_CWORD-1}" "$current" 2>/dev/null)
          if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == */ ]]; then compopt -o nospace 2>/dev/null; fi
        }
        complete -o default -F _pelago pelago
        """;

    private const string Zsh = """
        #compdef pelago
        # zsh completion for pelago: pelago completion zsh > "${fpath[1]}/_pelago"
        _pelago() {
          local line tab=$'\t'
          local -a found
          while IFS= read -r line; do
            found+=("${${line%%$tab*}//:/\\:}:${line#*$tab}")
          done < <("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
          if (( ${#found} )); then _describe 'pelago' found; else _files; fi
        }
        if [[ $funcstack[1] == _pelago ]]; then _pelago "$@"; else compdef _pelago pelago; fi
        """;

    private const string Fish = """
        # fish completion for pelago: pelago completion fish > ~/.config/fish/completions/pelago.fish
        function __pelago_complete
          set -l words (commandline -opc)
          $words[1] __complete -- $words[2..-1] (commandline -ct) 2>/dev/null
        end
        complete -c pelago -f -a '(__pelago_complete)'
        complete -c pelago -l home -x -a '(__fish_complete_directories)'
        """;

    public static Command Build()
    {
        Argument<string> shell = new Argument<string>("shell") { Description = "bash, zsh or fish" }.Only("bash", "zsh", "fish");
        var command = new Command("completion", "Print a completion script").WithExamples("""
            source <(pelago completion bash)
            pelago completion zsh > "${fpath[1]}/_pelago"
            pelago completion fish > ~/.config/fish/completions/pelago.fish
            """);
        command.Arguments.Add(shell);
        command.SetAction(parsed =>
        {
            Console.Out.WriteLine(parsed.GetValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return ExitCode.Done;
        });
        return command;
    }
}
