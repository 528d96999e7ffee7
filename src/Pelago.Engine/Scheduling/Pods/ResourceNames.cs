// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>
/// Gives each resource a small number, so that amounts are arrays and not maps. CPU is counted in thousandths, all else in units.
/// Safe for all threads; names are never forgotten, and there are few.
/// </summary>
internal sealed class ResourceNames
{
    public const int Cpu = 0;
    public const int Memory = 1;
    public const int EphemeralStorage = 2;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal) { ["cpu"] = Cpu, ["memory"] = Memory, ["ephemeral-storage"] = EphemeralStorage };
    private string[] _names = ["cpu", "memory", "ephemeral-storage"];

    public int Count => Volatile.Read(ref _names).Length;

    public string this[int index] => Volatile.Read(ref _names)[index];

    public int IndexOf(string name)
    {
        lock (_lock)
        {
            if (_indexes.TryGetValue(name, out int index))
                return index;
            index = _names.Length;
            _indexes[name] = index;
            Volatile.Write(ref _names, [.. _names, name]);
            return index;
        }
    }
}
