// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;

namespace Pelago.Cli.Completion;

/// <summary>
/// <c>pelago completion SHELL</c>: a script that asks <c>pelago</c> itself through the <c>[suggest:POSITION]</c> directive,
/// so that what is offered never differs from what is accepted.
/// </summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _pelago() {
          local line
          COMPREPLY=()
          while IFS= read -r line; do COMPREPLY+=("$line"); done < <(pelago "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null | grep -- "^${COMP_WORDS[COMP_CWORD]}")
        }
        complete -o default -F _pelago pelago
        """;

    private const string Zsh = """
        #compdef pelago
        _pelago() {
          local -a found
          found=("${(@f)$(pelago "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
          compadd -- $found
        }
        compdef _pelago pelago
        """;

    private const string Fish = """
        complete -c pelago -f -a '(pelago "[suggest:"(commandline -C)"]" (commandline -p) 2>/dev/null)'
        """;

    public static Command Build()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
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
