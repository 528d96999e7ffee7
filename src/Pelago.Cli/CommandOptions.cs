// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using Pelago.Client.Local;

namespace Pelago.Cli;

/// <summary>Options that mean the same in every command that has them.</summary>
internal static class CommandOptions
{
    public static readonly Option<string?> Home = MakeHome();

    /// <summary>Those that every command has.</summary>
    public static IEnumerable<Option> Recursive => [Home];

    private static Option<string?> MakeHome()
    {
        var home = new Option<string?>("--home")
        {
            Description = "Where the state lives (default: $PELAGO_HOME, else ~/.pelago)", HelpName = "DIR", Recursive = true,
        };
        // An unset variable in a script must not mean the home of the user.
        home.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "" }])
                result.AddError("--home: the name of a directory is missing");
        });
        return home;
    }

    /// <summary>Whether the line says which home is meant.</summary>
    public static bool NamesHome(ParseResult parsed) => parsed.GetResult(Home) is { Implicit: false };

    /// <summary>The first word that is neither an option nor the value of one.</summary>
    public static int IndexOfOperand(string[] words, int start, Command command)
    {
        int at = start;
        while (at < words.Length && words[at].Length > 1 && words[at][0] == '-' && words[at] != "--")
        {
            Option? option = command.Options.Concat(Recursive).FirstOrDefault(option => option.Name == words[at] || option.Aliases.Contains(words[at]));
            at += option is not null && option.ValueType != typeof(bool) && option is not System.CommandLine.Help.HelpOption ? 2 : 1;
        }

        return at;
    }

    public static PelagoHome HomeOf(ParseResult parsed) => PelagoHome.Resolve(parsed.GetValue(Home));

    public static Option<string> Output(params string[] formats) =>
        new Option<string>("--output", "-o") { Description = $"Print as: {string.Join(", ", formats)}", HelpName = "FORMAT" }.Only(formats);

    /// <summary>A whole number within bounds. The library's own words for one that is none name types of this program.</summary>
    public static Option<int?> Number(string name, string description, string helpName, int least, int most) => new(name)
    {
        Description = description, HelpName = helpName,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value))
                result.AddError($"{name} {text}: must be a whole number from {least} to {most}");
            else if (value < least || value > most)
                result.AddError($"{name} {text}: must be between {least} and {most}");
            else
                return value;
            return null;
        },
    };

    public static Option<bool> Quiet() => new("--quiet", "-q") { Description = "Print nothing but data and errors" };
}
