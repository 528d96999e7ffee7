// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.IO;

namespace Pelago.Cli;

/// <summary><c>--help</c> as the library prints it, then the command's examples.</summary>
internal static class ExamplesHelp
{
    private static readonly Dictionary<Command, string> Examples = [];

    public static Command WithExamples(this Command command, string examples)
    {
        Examples[command] = examples;
        return command;
    }

    public static void Install(Command root)
    {
        HelpOption option = root.Options.OfType<HelpOption>().First();
        option.Action = new Print((HelpAction)option.Action!);
    }

    private sealed class Print(HelpAction inner) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = inner.Invoke(parseResult);
            TextWriter output = parseResult.InvocationConfiguration.Output;
            if (Examples.TryGetValue(parseResult.CommandResult.Command, out string? examples))
                output.WriteLine("Examples:\n  " + examples.Replace("\n", "\n  ", StringComparison.Ordinal));
            if (parseResult.CommandResult.Command is RootCommand && Plugins.Verbs() is { Count: > 0 } plugins)
                output.WriteLine($"Plugins on PATH (pelago-*):\n  {string.Join("\n  ", plugins)}");
            return code;
        }
    }
}
