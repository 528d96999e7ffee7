// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>One line of a watch: <c>ADDED</c>, <c>MODIFIED</c>, <c>DELETED</c>, <c>BOOKMARK</c> or <c>ERROR</c>, and its object.</summary>
public readonly record struct RawWatchEvent(string Type, ReadOnlyMemory<byte> Object);
