// SPDX-License-Identifier: Apache-2.0

using Pelago.Client.Local;

namespace Pelago.Cli;

/// <summary>How whoever reads a hint can call this program again: as they did, with the home that they meant.</summary>
internal static class Invocation
{
    /// <summary>What ./pelago of the repository says of itself.</summary>
    private const string Variable = "PELAGO_COMMAND";

    public static string Of(PelagoHome home)
    {
        string program = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } told ? told : "pelago";
        return home.Root == PelagoHome.Resolve(null).Root ? program : $"{program} --home {home.Root}";
    }
}
