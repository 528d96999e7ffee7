// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Bench.Store;

/// <summary>A document of 1.5 kB, about a small pod.</summary>
internal static class BenchDocument
{
    private const int Size = 1_500;
    private const int SpliceAt = 13;

    public static Write Create(ObjectKey key) => new(key, Write.Any, Body(key), SpliceAt);

    public static byte[] Body(ObjectKey key)
    {
        string head = $$"""{"metadata":{"name":"{{key.Name}}","namespace":"{{key.Namespace}}"},"spec":"{{Environment.TickCount64}} """;
        return Encoding.UTF8.GetBytes(head.PadRight(Size - 2, 'x') + "\"}");
    }
}
