// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Client;

/// <summary>A log or a file that is gone for good: to ask for it again is of no use. Its message says why.</summary>
public sealed class TextGoneException(string message) : IOException(message);
