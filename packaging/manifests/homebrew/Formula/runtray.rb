class Runtray < Formula
  desc "Runs code for the tools on your machine"
  homepage "@HOMEPAGE@"
  url "@URL@/runtray-@VERSION@-linux-x64.tar.gz"
  sha256 "@TAR_SHA256@"
  license "MIT"

  depends_on arch: :x86_64
  depends_on :linux

  def install
    libexec.install "runtray", "runtray-python", "runtray-python-compile", "runtray-packs", "builtin-python"
    bin.install_symlink libexec/"runtray"
    doc.install "LICENSE", "THIRD-PARTY-NOTICES.txt"
    man1.install Dir["man/*"]
    bash_completion.install "completions/runtray.bash" => "runtray"
    fish_completion.install "completions/runtray.fish"
    zsh_completion.install "completions/runtray.zsh" => "_runtray"
  end

  service do
    run [opt_bin/"runtray", "serve"]
    keep_alive crashed: true
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/runtray --version")
  end
end
