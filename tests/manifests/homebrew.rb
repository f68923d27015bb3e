# Runs the formula as Homebrew would, on the files of the archive, and reads the cask: homebrew.rb FORMULA ARCHIVE [CASK].
#
# Homebrew itself is not needed: what a formula calls is played by the few methods below. An unknown call is a fault. Every file of
# the archive must be installed, but those that make no sense in Homebrew's own folders.
require "fileutils"
require "pathname"
require "tmpdir"

# Homebrew writes its own service, and updates the package itself.
LEFT_OUT = ["package.txt", "runtray.service"].freeze

def fail!(text)
  abort "homebrew.rb: #{text}"
end

# A folder of the installation, with the methods of Homebrew's Pathname.
class Place < Pathname
  def install(*files)
    mkpath
    files.flatten.each do |file|
      pairs = file.is_a?(Hash) ? file.to_a : [[file, File.basename(file)]]
      pairs.each { |from, name| FileUtils.mv(from, join(name)) }
    end
  end

  def install_symlink(*files)
    mkpath
    files.flatten.each do |file|
      fail! "#{file} is linked and not installed" unless file.exist?
      FileUtils.ln_s(file, join(file.basename))
    end
  end

  def /(other)
    Place.new(join(other))
  end
end

# What both kinds of file set, by a line such as `homepage "…"`.
module Facts
  def facts
    @facts ||= {}
  end

  [:desc, :homepage, :url, :sha256, :license, :version, :name, :app, :depends_on, :binary, :zap, :service, :test,
   :livecheck].each do |fact|
    define_method(fact) do |value = nil, **more, &block|
      return facts[fact] if value.nil? && more.empty? && block.nil?

      facts[fact] = value || more.presence_or(block)
    end
  end
end

class Hash
  def presence_or(other)
    empty? ? other : self
  end
end

class Formula
  extend Facts

  def initialize(root)
    @root = root
  end

  def opt_bin = Place.new("/opt/bin")

  { bin: "bin", libexec: "libexec", man1: "share/man/man1", doc: "share/doc/runtray",
    bash_completion: "etc/bash_completion.d", fish_completion: "share/fish/vendor_completions.d",
    zsh_completion: "share/zsh/site-functions" }.each do |name, folder|
    define_method(name) { Place.new(@root) / folder }
  end
end

class Cask
  include Facts

  def appdir = "/Applications"

  def arch(**names) = names.empty? ? facts[:arch][:arm] : facts[:arch] = names
end

def cask(token, &block)
  $token = token
  $cask = Cask.new
  $cask.instance_eval(&block)
end

def check_facts(facts, expected, what)
  expected.each { |fact| fail! "#{what} says no #{fact}" unless facts[fact] }
  fail! "#{what}: a description starts with a capital and has no full stop" unless facts[:desc].match?(/\A[A-Z][^.]{3,78}\z/)
end

def check_formula(file, archive)
  load file
  facts = Runtray.facts
  check_facts(facts, [:desc, :homepage, :url, :sha256, :license, :service, :test], "the formula")
  fail! "the formula has no checksum" unless facts[:sha256].match?(/\A\h{64}\z/)
  Dir.mktmpdir do |root|
    Dir.chdir(archive) { Runtray.new(root).install }
    left = Dir.children(archive).reject { |name| File.directory?("#{archive}/#{name}") && Dir.empty?("#{archive}/#{name}") }
    fail! "the formula leaves out #{(left - LEFT_OUT).sort}" unless (left - LEFT_OUT).empty?
    ["bin/runtray", "libexec/runtray-python", "libexec/builtin-python", "libexec/runtray-packs"].each do |path|
      fail! "the formula installs no #{path}" unless File.exist?("#{root}/#{path}")
    end
    puts "Homebrew: the formula installs #{Dir.children("#{root}/libexec").sort.join(" ")}"
  end
end

def check_cask(file)
  load file
  facts = $cask.facts
  fail! "the cask is named #{$token}" unless $token == File.basename(file, ".rb")
  check_facts(facts, [:version, :sha256, :url, :name, :desc, :homepage, :app, :binary, :zap, :livecheck], "the cask")
  fail! "checksums for two processors are expected" unless facts[:sha256].keys.sort == [:arm, :intel]
  fail! "a checksum is none" unless facts[:sha256].values.all? { |sum| sum.match?(/\A\h{64}\z/) }
  fail! "the address is of another version" unless facts[:url].include?("/v#{facts[:version]}/")
  puts "Homebrew: the cask is for #{facts[:url]}"
end

formula, archive, cask = ARGV
check_formula(formula, archive)
check_cask(cask) if cask
