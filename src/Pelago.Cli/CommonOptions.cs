// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Client.Local;

namespace Pelago.Cli;

/// <summary>Options that mean the same in every command that has them.</summary>
internal static class CommonOptions
{
    public static readonly Option<string?> Home = new("--home")
    {
        Description = "Where the state lives (default: $PELAGO_HOME, else ~/.pelago)", HelpName = "DIR", Recursive = true,
    };

    public static PelagoHome HomeOf(ParseResult parsed) => PelagoHome.Resolve(parsed.GetValue(Home));

    public static Option<string> Output(params string[] formats)
    {
        var option = new Option<string>("--output", "-o") { Description = $"Print as: {string.Join(", ", formats)}", HelpName = "FORMAT" };
        option.AcceptOnlyFromAmong(formats);
        return option;
    }

    public static Option<bool> Quiet() => new("--quiet", "-q") { Description = "Print nothing but data and errors" };
}
