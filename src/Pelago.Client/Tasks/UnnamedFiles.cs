// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>Names in a directory of a task that are no UTF-8: nothing can tell them or ask for them, so that a list leaves them out.</summary>
/// <param name="Path">The directory, as one asks for it.</param>
/// <param name="Count">How many.</param>
public readonly record struct UnnamedFiles(string Path, long Count);
