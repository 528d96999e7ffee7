// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client.Local;

/// <summary>How whoever reads a hint can call <c>pelago</c> again: as they did, with the home that they meant.</summary>
public static class Invocation
{
    /// <summary>What ./pelago of the repository says of itself; a daemon has it from the command that started it.</summary>
    private const string Variable = "PELAGO_COMMAND";

    /// <summary>For advice that is about no home.</summary>
    public static string Program => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } told ? told : "pelago";

    public static string Of(PelagoHome home) => home.Root == PelagoHome.Resolve(null).Root ? Program : $"{Program} --home {home.Root}";
}
