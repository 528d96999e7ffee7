// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>A result code of SQLite other than success, with its text.</summary>
internal sealed class SqliteFault(int code, string text) : Exception($"{text} (SQLite code {code})")
{
    /// <summary>The primary code: the extended one without its upper bits.</summary>
    public int Code { get; } = code & 0xff;
}
