// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Schema;

/// <summary>A schema that cannot be used: a reference that leads nowhere or in a circle, a pattern that is none, or work without end.</summary>
internal sealed class SchemaRefusedException(string message) : Exception(message);
