// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli.Output;

/// <summary>How a character stands on the screen: colours of the 256 that terminals have.</summary>
internal readonly record struct Ink(short Fore, short Back = Ink.Default, bool IsBold = false)
{
    /// <summary>Whatever the terminal has.</summary>
    public const short Default = -1;

    public static readonly Ink Plain = new(Default);
    public static readonly Ink Bold = new(Default, Default, IsBold: true);
    public static readonly Ink Dim = new(245);
}
