// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Pelago.Client;

namespace Pelago.Cli;

/// <summary>What API servers warn of, on stderr and each text once, as kubectl has it: most of all, that a part of what was asked for is missing.</summary>
internal static class ServerWarnings
{
    private static readonly ConcurrentDictionary<string, bool> Said = new(StringComparer.Ordinal);

    public static HttpKubeApiOptions Told(HttpKubeApiOptions options) => options with { Warned = Tell };

    private static void Tell(string text)
    {
        if (Said.TryAdd(text, true))
            Console.Error.WriteLine($"Warning: {text}");
    }
}
