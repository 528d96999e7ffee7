// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>Finds the class of a pod by the bytes of the fields that make it, so that equal pods are parsed once. Safe for all threads.</summary>
internal sealed class PodClasses(ResourceNames names)
{
    /// <summary>Beyond this many the memory of past classes is dropped; pods keep theirs.</summary>
    private const int MaxClasses = 20_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<byte[], PodClass> _classes = new(new ByteComparer());

    /// <param name="source">A JSON object of the selected fields.</param>
    public PodClass Get(ReadOnlySpan<byte> source)
    {
        lock (_lock)
        {
            Dictionary<byte[], PodClass>.AlternateLookup<ReadOnlySpan<byte>> bySpan = _classes.GetAlternateLookup<ReadOnlySpan<byte>>();
            if (bySpan.TryGetValue(source, out PodClass? known))
                return known;
            if (_classes.Count >= MaxClasses)
                _classes.Clear();
            byte[] key = source.ToArray();
            var made = new PodClass(KubeJson.ParseObject(key), names);
            _classes[key] = made;
            return made;
        }
    }

    private sealed class ByteComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
