// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>Ends the reading of a YAML text from deep inside; never leaves <see cref="YamlReader"/>.</summary>
internal sealed class YamlRefusedException(string message) : Exception(message);
