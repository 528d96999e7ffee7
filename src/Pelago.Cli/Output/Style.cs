// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli.Output;

/// <summary>Colours, where a person looks: a terminal, without NO_COLOR and not TERM=dumb.</summary>
internal static class Style
{
    private static readonly bool Draws = Environment.GetEnvironmentVariable("TERM") is not ("dumb" or null);

    /// <summary>Where the output is a terminal at all.</summary>
    public static readonly bool Allowed = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Draws;

    /// <summary>The output is a terminal that can be drawn on.</summary>
    public static bool IsScreen => Draws && !Console.IsOutputRedirected;

    public static string Bold(string text) => Wrap("1", text);

    public static string Dim(string text) => Wrap("2", text);

    public static string Good(string text) => Wrap("32", text);

    public static string Warn(string text) => Wrap("33", text);

    public static string Bad(string text) => Wrap("31", text);

    private static string Wrap(string code, string text) => Allowed && !Console.IsOutputRedirected ? $"\e[{code}m{text}\e[0m" : text;
}
