// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace Pelago.Cli.Local;

/// <summary><c>pelago version</c> and <c>pelago --version</c>.</summary>
internal static class VersionCommand
{
    public static string Version => typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    public static Option<bool> Option() => new("--version") { Description = "Print the version", Action = new Print() };

    public static Command Build()
    {
        var command = new Command("version", "Print the version of pelago").WithExamples("pelago version");
        command.SetAction(_ => Write());
        return command;
    }

    public static int Write()
    {
        Console.Out.WriteLine($"pelago {Version}");
        return ExitCode.Done;
    }

    private sealed class Print : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult) => Write();
    }
}
